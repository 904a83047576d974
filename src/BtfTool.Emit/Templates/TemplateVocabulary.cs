namespace BtfTool.Emit.Templates;

/// <summary>
/// The fields that a template of a command may speak of: those of the command's JSON document, in whichever object they are, and what the
/// model adds. Their meaning and units: docs/templates.md.
/// </summary>
internal sealed class TemplateVocabulary
{
    private const string Everywhere = "tool version command inputs file format";

    private const string ShowFields = """
        alignment_bytes bit_hole_bits bit_holes bitfield_bits bits c_name cacheline cacheline_bytes cachelines count
        declaration declared declared_alignment_bytes depth enumerators fields file first flexible_array forward_kind
        hole_bits hole_bytes holes is_bitfield kind leading_hole_bits leading_hole_bytes line linkage member_bytes members
        module name offset_bits offset_bytes packed padding_bits padding_bytes parameters path returns schema signed
        size_bytes tags target type type_tags types units value variadic
        """;

    private const string ListFields = """
        alignment_bytes bit_hole_bits bit_holes cachelines flexible_array hole_bytes holes id kind largest_hole_bytes members
        name packed padding_bits padding_bytes saving_bytes schema size_bytes totals types wasted_bytes
        """;

    private const string LayoutFields = """
        accesses active_objects after alignment_bytes alignment_cause alignment_member allocator anonymous arch before begins
        behind_bytes behind_end big_endian bit_hole_bits bit_holes bitfield_bits bucket_bytes cache cacheline cacheline_bytes
        cachelines carried cause cause_member collisions comparisons contended count coverage cut depth embedded
        embedded_is_cut embedded_lost_bytes excess_bytes extent_bytes false_sharing false_sharing_pairs first first_line
        first_member flexible_arrays forced_alignment_bytes forced_alignment_cause free_bytes gaining gaps groups guess
        guessed_heat guesses heat hole_bits hole_bytes holes id in_holes is_bitfield kind last last_line least_cachelines left
        left_alignment_bytes left_bits left_file left_gap_bits left_padding_bytes left_size_bytes left_type likely_written
        line lines live lost_bytes lower_bound_bytes marks member member_bytes members mixed_lines module moves name
        natural_alignment_bytes new_object_bytes new_objects_per_slab new_slabs object_bytes objects objects_per_page
        objects_per_slab offset_bits offset_bytes on_members other own_bytes packed packed_member padding_bits padding_bytes
        page_bytes pages_per_object path pointer_bytes proven proven_optimal read_group read_mostly reading_cpus reads reason
        right right_alignment_bytes right_bits right_file right_gap_bits right_padding_bytes right_size_bytes right_type rows
        same sampled_bytes sampled_members saved_bucket_bytes saved_bytes saved_cachelines saved_pages saved_slab_bytes
        saved_slabs saved_straddles schema size_bits size_bytes skewed_members slab_bytes slab_pages slabinfo slabs
        smaller_bucket_bytes straddles straddling structs tail text total_bytes type types unmatched_markers with_cache
        write_group writes writing_cpus
        """;

    private const string ReorganizeFields = """
        accesses after alignment_bytes apart barriers before behind behind_end behind_member bit_hole_bits bit_holes
        bitfield_bits bucket_bytes cacheline_bytes cachelines collisions coverage expected_lines_of_10 false_sharing_pairs
        fewer_cachelines file gaining gap_bytes hole_bytes holes hot hot_cachelines hot_share_percent in_holes is_bitfield
        kept layout line lines lower_bound_bytes member members module moved moves name not_proven offset_bits offset_bytes
        old_behind old_behind_member old_offset_bits old_offset_bytes on_members optimal other other_name padding_bits
        padding_bytes profile proof proven reason rivals rivals_left_out rows sampled_bytes sampled_lines sampled_members
        saving_bytes schema share_lines size size_bytes smaller_bucket steps straddles structs totals type violations wide
        """;

    private const string DiffFields = """
        added_types alignment_bytes allowed breaks build_id cause changed_types changes class classes consequence
        consequence_types core_breaking_types count declaration_file declaration_line differences fan_out_types file format
        hole_bytes identical ignored_changes layout_breaking_types level machine members module modules name new
        new_offset_bits old old_offset_bits padding_bytes path producer removed_types schema shift_bits size_bytes
        source_breaking_types summary types what
        """;

    private const string HeaderFields = ShowFields + " " + """
        assertable definition definitions functions is_member kernel_functions lines member text
        """;

    private readonly HashSet<string> _fields;

    private TemplateVocabulary(string command, string fields)
    {
        Command = command;
        _fields = new HashSet<string>($"{Everywhere} {fields}".Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
    }

    /// <summary>The command.</summary>
    public string Command { get; }

    /// <summary>All fields.</summary>
    public IReadOnlyCollection<string> Fields => _fields;

    /// <summary>Commands that take templates.</summary>
    public static IReadOnlyList<string> Commands { get; } = ["show", "list", "layout", "reorganize", "diff", "header"];

    /// <summary>Whether any object of the command's model has a field of this name.</summary>
    public bool Contains(string field) => _fields.Contains(field);

    /// <summary>Whether any object of any command has a field of this name.</summary>
    internal static bool IsKnown(string field) => Commands.Any(command => Of(command).Contains(field));

    /// <summary>The fields of a command.</summary>
    /// <exception cref="ArgumentException">The command takes no templates.</exception>
    public static TemplateVocabulary Of(string command) => new(command, command switch
    {
        "show" => ShowFields,
        "list" => ListFields,
        "layout" => LayoutFields,
        "reorganize" => ReorganizeFields,
        "diff" => DiffFields,
        "header" => HeaderFields,
        _ => throw new ArgumentException("takes no templates", nameof(command)),
    });
}
