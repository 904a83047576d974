using BtfTool.Core.Types;

namespace BtfTool.Core.Dwarf;

/// <summary>What attributes of the source say of types and declarations (<c>btf_type_tag</c>, <c>btf_decl_tag</c>).</summary>
internal sealed partial class UnitScanner
{
    // clang puts each as an entry into what it is about (observed: clang 14); one of a type stands in the pointer to it.
    private void TakeAnnotation(uint offset)
    {
        if (_stack.Count == 0 || NameOf(DieField.Name, out _) is not (var name and not 0)
            || NameOf(DieField.ConstValue, out ulong hash) is not (var tag and not 0))
        {
            return;
        }

        ref readonly Context about = ref _stack[_stack.Count - 1];
        ReadOnlySpan<byte> kind = _names.BytesOf(name);
        if (kind.SequenceEqual("btf_type_tag"u8) && about.Action == DieAction.Reference)
        {
            _tags.Add(tag);
        }
        else if (kind.SequenceEqual("btf_decl_tag"u8) && TryTarget(about, out int row, out int component))
        {
            int added = AddSynthetic(TypeKind.DeclTag, offset);
            ref TypeRow type = ref Rows.Types[added];
            type.Name = tag;
            type.NameHash = hash;
            type.Target = TypeReference.ToRow(row);
            type.Extra = (uint)component;
        }
    }

    // What BTF can annotate (btf.rst, BTF_KIND_DECL_TAG): a type or declaration with a name, -1, or a member or parameter by its number.
    private bool TryTarget(in Context about, out int row, out int component)
    {
        row = about.Row;
        component = -1;
        if (row < 0)
        {
            return false;
        }

        switch (about.Action)
        {
            case DieAction.Composite or DieAction.Subprogram or DieAction.Variable:
                return true;
            case DieAction.Reference:
                return Rows.Types[row].Kind == TypeKind.Typedef;
            case DieAction.Member:
                component = about.MemberStart - _stack[_stack.Count - 2].MemberStart - 1;
                return true;
            case DieAction.Parameter:
                component = about.ParameterStart - _stack[_stack.Count - 2].ParameterStart - 1;
                return Rows.Types[row].Kind == TypeKind.Function;
            default:
                return false;
        }
    }
}
