namespace BtfTool.Core.Types;

// The optional columns: each is there once a value was set, and as long as the others.
public sealed partial class TypeGraphBuilder
{
    internal Column<uint>? TypeAlignments { get; private set; }

    internal Column<uint>? MemberAlignments { get; private set; }

    internal Column<ulong>? Addresses { get; private set; }

    internal Column<byte>? AddressKnown { get; private set; }

    internal Column<uint>? AddressSections { get; private set; }

    internal Column<uint>? DeclarationFiles { get; private set; }

    internal Column<uint>? DeclarationLines { get; private set; }

    /// <summary>Sets the alignment that the source wrote at the type added last.</summary>
    public void SetDeclaredAlignment(uint alignmentBytes)
    {
        EnableDeclaredAlignment();
        Column<uint> alignments = Room(TypeAlignments!.Value, Count - 1, Kinds.Length);
        alignments[Count - 1] = alignmentBytes;
        TypeAlignments = alignments;
    }

    /// <summary>Sets the address of the function or variable added last; the graph then has <see cref="Facet.Address"/>.</summary>
    public void SetAddress(ulong address)
    {
        Column<ulong> addresses = Room(Addresses ?? default(Column<ulong>).Resized(Kinds.Length), Count - 1, Kinds.Length);
        Column<byte> known = Room(AddressKnown ?? default(Column<byte>).Resized(Kinds.Length), Count - 1, Kinds.Length);
        addresses[Count - 1] = address;
        known[Count - 1] = 1;
        Addresses = addresses;
        AddressKnown = known;
    }

    /// <summary>
    /// Sets the section that the address of the function or variable added last lies in; the graph then has
    /// <see cref="Facet.AddressSection"/>.
    /// </summary>
    public void SetAddressSection(NameId section) => AddressSections = With(AddressSections, section.Value);

    /// <summary>Sets where the type added last is declared; the graph then has <see cref="Facet.DeclarationPlace"/>.</summary>
    /// <param name="file">Path; none when it is not known.</param>
    /// <param name="line">Line, from 1 on; 0 when it is not known.</param>
    public void SetDeclaration(NameId file, uint line)
    {
        DeclarationFiles = With(DeclarationFiles, file.Value);
        DeclarationLines = With(DeclarationLines, line);
    }

    /// <summary>Says that the graph has <see cref="Facet.DeclarationPlace"/>, even where no place is known.</summary>
    public void EnableDeclarations()
    {
        DeclarationFiles ??= default(Column<uint>).Resized(Kinds.Length);
        DeclarationLines ??= default(Column<uint>).Resized(Kinds.Length);
    }

    /// <summary>Says that the graph has <see cref="Facet.DeclaredAlignment"/>, even where nothing is aligned.</summary>
    public void EnableDeclaredAlignment()
    {
        TypeAlignments ??= default(Column<uint>).Resized(Kinds.Length);
        MemberAlignments ??= default(Column<uint>).Resized(Members.Length);
    }

    private void CompleteFacets()
    {
        if (TypeAlignments is not null)
        {
            TypeAlignments = Room(TypeAlignments.Value, Math.Max(Count, 1) - 1, Kinds.Length);
            MemberAlignments = Room(MemberAlignments!.Value, Math.Max(_memberCount, 1) - 1, Members.Length);
        }

        if (Addresses is not null)
        {
            Addresses = Room(Addresses.Value, Math.Max(Count, 1) - 1, Kinds.Length);
            AddressKnown = Room(AddressKnown!.Value, Math.Max(Count, 1) - 1, Kinds.Length);
        }

        AddressSections = Whole(AddressSections);
        DeclarationFiles = Whole(DeclarationFiles);
        DeclarationLines = Whole(DeclarationLines);
    }

    // An optional column with the value of the type added last.
    private Column<uint> With(Column<uint>? column, uint value)
    {
        Column<uint> values = Room(column ?? default(Column<uint>).Resized(Kinds.Length), Count - 1, Kinds.Length);
        values[Count - 1] = value;
        return values;
    }

    private Column<uint>? Whole(Column<uint>? column) =>
        column is { } values ? Room(values, Math.Max(Count, 1) - 1, Kinds.Length) : null;
}
