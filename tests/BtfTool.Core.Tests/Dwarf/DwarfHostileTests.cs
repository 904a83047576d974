using BtfTool.Core.Diagnostics;
using BtfTool.Core.Dwarf;
using BtfTool.Core.Types;
using BtfTool.TestKit;
using Shouldly;
using Xunit;
using static BtfTool.TestKit.DwarfAttribute;

namespace BtfTool.Core.Tests.Dwarf;

/// <summary>Files that are made to exhaust time, memory or the stack end in a graph or are refused, and work is linear in their bytes.</summary>
public class DwarfHostileTests
{
    private const ushort Block = 0x0b;
    private const ushort Member = 0x0d;
    private const ushort Pointer = 0x0f;
    private const ushort Struct = 0x13;
    private const ushort Prototype = 0x15;
    private const ushort Parameter = 0x05;
    private const ushort Constant = 0x26;
    private const ushort Array = 0x01;
    private const ushort Subrange = 0x21;

    private static string Warnings(byte[] elf)
    {
        DwarfReadResult result = ReadDwarf.All(elf);
        GraphWalk.Checksum(result.Graph);
        return string.Join('\n', result.Diagnostics.Select(d => d.Message));
    }

    private static void IsRefused(byte[] elf, string rule)
    {
        Warnings(elf).ShouldContain(rule);
        Should.Throw<InvalidImageException>(() => ReadDwarf.All(elf, new DwarfReadOptions { Strict = true })).Message.ShouldContain(rule);
    }

    private static byte[] Unit(Action<DieTreeAssembler> write)
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        write(d);
        d.EndUnit();
        return d.ToElf();
    }

    [Theory]
    [InlineData(Block, 1_000_000)]
    [InlineData(Struct, 100_000)]
    public void Nesting_does_not_reach_the_end_of_the_stack(ushort tag, int depth)
    {
        byte[] elf = Unit(d =>
        {
            for (int i = 0; i < depth; i++)
            {
                _ = tag == Block ? d.Open(tag) : d.Open(tag, Size(i & 0x7f));
            }

            for (int i = 0; i < depth; i++)
            {
                d.Close();
            }
        });

        Warnings(elf).ShouldBeEmpty();
    }

    [Fact]
    public void More_rows_than_bytes_can_describe_are_refused() => IsRefused(Unit(d =>
    {
        for (int i = 0; i < 10_000; i++)
        {
            d.Die(Constant);
        }
    }), "more types and members than");

    [Fact]
    public void An_array_of_thousands_of_dimensions_is_refused() => IsRefused(Unit(d =>
    {
        DwarfLabel number = d.Base("int", 4);
        d.Open(Array, DwarfAttribute.Type(number));
        for (int i = 0; i < 1000; i++)
        {
            d.Die(Subrange, new DwarfAttribute(0x37, 0x0b, 1L));
        }

        d.Close();
    }), "more than 255 dimensions");

    [Fact]
    public void Circles_of_typedefs_qualifiers_and_arrays_are_refused()
    {
        foreach (ushort tag in (ushort[])[0x16, Constant, Array])
        {
            IsRefused(Unit(d =>
            {
                DwarfLabel self = DieTreeAssembler.NewLabel();
                DwarfLabel other = d.Die(Constant, Type(self));
                DieTreeAssembler.Place(self, tag == 0x16 ? d.Die(tag, Name("t"), Type(other)) : d.Die(tag, Type(other)));
            }), "in a circle");
        }
    }

    [Fact]
    public void A_sibling_that_points_backwards_or_into_its_own_entry_is_not_followed()
    {
        foreach (long sibling in (long[])[0, 12, 40])
        {
            byte[] elf = Unit(d =>
            {
                d.Open(0x1d, new DwarfAttribute(0x01, 0x13, sibling), Name(new string('x', 40)));
                d.Close();
                d.Die(Struct, Name("behind"), Size(4));
            });

            ReadDwarf.Type(ReadDwarf.All(elf).Graph, "behind").SizeBytes.ShouldBe(4ul);
        }
    }

    [Fact]
    public void Forms_that_name_forms_without_an_end_are_refused() => IsRefused(Unit(d =>
        d.Die(Pointer, new DwarfAttribute(0x49, 0x16, new DwarfAttribute(0, 0x16, new DwarfAttribute(0, 0x13, 0L))))), "cannot stand here");

    [Theory]
    [InlineData(-1)]
    [InlineData(-12)]
    [InlineData(long.MaxValue)]
    [InlineData(0x1_0000_0000)]
    public void Lengths_of_units_that_wrap_end_the_section(long length)
    {
        var d = new DieTreeAssembler(is64: true);
        d.BeginUnit();
        d.EndUnit(writtenLength: length);

        Warnings(d.ToElf()).ShouldContain("the rest of the section is left out");
    }

    [Fact]
    public void References_into_the_middle_of_entries_of_another_unit_end_somehow()
    {
        for (int at = 0; at < 60; at++)
        {
            var d = new DieTreeAssembler();
            d.BeginUnit();
            d.Open(Struct, Name("first"), Size(4));
            d.Die(Member, Name("a"), Type(d.Base("int", 4)), At(0));
            d.Close();
            d.EndUnit();
            d.BeginUnit();
            d.Die(Pointer, new DwarfAttribute(0x49, 0x10, (long)at));
            d.EndUnit();

            _ = Warnings(d.ToElf());
        }
    }

    [Fact]
    public void Many_small_units_that_refer_to_a_large_one_do_not_cost_their_product()
    {
        var d = new DieTreeAssembler();
        d.BeginUnit();
        DwarfLabel large = d.Open(Struct, Name("large"), Size(8));
        DwarfLabel number = d.Base("int", 4);
        for (int i = 0; i < 6000; i++)
        {
            d.Die(Member, Name("m"), Type(number), At(0));
        }

        d.Close();
        d.EndUnit();
        for (int i = 0; i < 1500; i++)
        {
            d.BeginUnit();
            d.Die(Pointer, new DwarfAttribute(0x49, 0x10, large));
            d.EndUnit();
        }

        byte[] elf = d.ToElf();
        foreach (int jobs in (int[])[1, 2])
        {
            Should.Throw<InvalidImageException>(() => ReadDwarf.All(elf, new DwarfReadOptions { Jobs = jobs })).Message.ShouldContain("bytes of each other");
        }
    }

    [Fact]
    public void A_long_name_that_many_share_is_refused() =>
        IsRefused(Unit(d => d.Die(Struct, new DwarfAttribute(0x03, 0x0e, new string('n', 20_000)), Size(1))), "more than 16384 bytes");

    [Fact]
    public void Names_of_many_layouts_each_take_work_that_is_linear_in_their_rows()
    {
        (VariantResolver small, long smallRows) = Resolve(Layouts(16, 16));
        (VariantResolver large, long largeRows) = Resolve(Layouts(48, 48));

        small.AmbiguousNames.ShouldBe(17);
        large.AmbiguousNames.ShouldBe(49);
        large.IsComplete.ShouldBeTrue();
        ((double)large.Steps / largeRows).ShouldBeLessThan(1.5 * small.Steps / smallRows);
    }

    [Fact]
    public void Work_that_grows_with_the_product_of_names_and_types_ends_at_its_budget()
    {
        DieTreeAssembler d = Layouts(60, 2, chain: 6000);
        (VariantResolver resolver, long rows) = Resolve(d);

        resolver.IsComplete.ShouldBeFalse();
        resolver.Steps.ShouldBeLessThan(resolver.StepBudget + 10_000);
        resolver.StepBudget.ShouldBeLessThan((1 << 16) + (16 * rows) + 1);
        IsRefused(d.ToElf(), "not all types that refer to them were told apart");
    }

    // Each unit has structs of the same names and of sizes of its own, and a struct that points to each of them.
    private static DieTreeAssembler Layouts(int names, int units, int chain = 0)
    {
        var d = new DieTreeAssembler();
        for (int unit = 0; unit < units; unit++)
        {
            d.BeginUnit();
            var pointers = new DwarfLabel[names];
            for (int i = 0; i < names; i++)
            {
                pointers[i] = d.Die(Pointer, Type(d.Die(Struct, Name($"n{i}"), Size(unit + 1))));
            }

            d.Open(Struct, Name("all"), Size(8 * names));
            for (int i = 0; i < names; i++)
            {
                d.Die(Member, Name("m"), Type(pointers[i]), At(8 * i));
            }

            d.Close();
            DwarfLabel top = d.Open(Prototype);
            foreach (DwarfLabel pointer in pointers)
            {
                d.Die(Parameter, Type(pointer));
            }

            d.Close();
            for (int i = 0; i < chain; i++)
            {
                top = d.Die(Pointer, Type(top));
            }

            d.EndUnit();
        }

        return d;
    }

    private static (VariantResolver Resolver, long Rows) Resolve(DieTreeAssembler d)
    {
        DwarfFile file = ReadDwarf.File(d.ToElf());
        var worker = new UnitWorker(file, new DwarfReadOptions(), 0, new ImportBudget(file));
        var outcomes = new UnitOutcome[file.Units.Length];
        for (int i = 0; i < outcomes.Length; i++)
        {
            worker.Read(file.Units[i], ref outcomes[i]);
        }

        var groups = ProgramGroups.Merge(file, [worker], outcomes);
        return (VariantResolver.Resolve(groups), groups.RowCount);
    }

    [Fact]
    public void Types_that_share_a_fingerprint_by_chance_are_not_taken_for_one()
    {
        var table = new GroupTable(64);
        var unit = new TypeRows(16);
        foreach ((TypeKind kind, ulong name, ulong size) in new[]
        {
            (TypeKind.Int, 1ul, 4ul), (TypeKind.Int, 2ul, 4ul), (TypeKind.Int, 1ul, 8ul), (TypeKind.Float, 1ul, 4ul), (TypeKind.Int, 2ul, 4ul),
        })
        {
            unit.Types.Add(new TypeRow { Kind = kind, NameHash = name, SizeBytes = size, Hash = 77 });
        }

        table.Add(unit);

        table.Incidence.AsSpan().ToArray().ShouldBe([0, 1, 2, 3, 1]);
    }

    [Fact]
    public void Members_are_compared_where_types_of_several_threads_become_one()
    {
        DwarfFile file = ReadDwarf.File(Unit(d =>
        {
            d.Die(Pointer, Name("a"));
            d.Die(Pointer, Name("ab"));
        }));
        ulong Place(string name) => (1ul << 56) | (ulong)(uint)file.Sections.Info.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(name + "\0"));
        var comparison = new ShallowComparison(new DwarfNames(file));
        TypeRows With(params MemberEntry[] members)
        {
            var rows = new TypeRows(16);
            rows.Types.Add(new TypeRow { Kind = TypeKind.Struct, Count = members.Length });
            foreach (MemberEntry member in members)
            {
                rows.Members.Add(member);
            }

            return rows;
        }

        bool Alike(TypeRows x, TypeRows y) => comparison.AreAlike(x.Types[0], x, y.Types[0], y);
        TypeRows a = With(new MemberEntry { Name = Place("a") });
        Alike(a, With(new MemberEntry { Name = Place("a") })).ShouldBeTrue();
        Alike(a, With(new MemberEntry { Name = Place("ab") })).ShouldBeFalse();
        Alike(a, With(new MemberEntry { Name = Place("a"), BitOffset = 8 })).ShouldBeFalse();
        Alike(a, With(new MemberEntry())).ShouldBeFalse();
    }

    [Fact]
    public void Many_units_over_one_long_table_do_not_read_it_each_time()
    {
        // Each unit begins its table at another byte of one long run.
        const int Units = 3000;
        var d = new DieTreeAssembler();
        for (int i = 0; i < Units; i++)
        {
            d.BeginUnit();
            d.EndUnit();
        }

        byte[] run = [.. Enumerable.Repeat((byte[])[1, 0x0f, 0, 0, 0], 20_000).SelectMany(b => b)];
        d.Spoil(".debug_abbrev", table => [.. table, .. run]);
        d.Spoil(".debug_info", info =>
        {
            int unitBytes = info.Length / Units;
            for (int i = 0; i < Units; i++)
            {
                info[(i * unitBytes) + 6] = (byte)(i & 0xff);
                info[(i * unitBytes) + 7] = (byte)(i >> 8);
            }

            return info;
        });

        DwarfReadResult result = ReadDwarf.All(d.ToElf(), new DwarfReadOptions { Jobs = 1 });

        result.Diagnostics.ShouldContain(m => m.Message.Contains("more units", StringComparison.Ordinal));
        Should.Throw<InvalidImageException>(() => ReadDwarf.All(d.ToElf(), new DwarfReadOptions { Jobs = 1, Strict = true }));
    }
}
