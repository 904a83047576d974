using System.Text.Json;
using System.Text.RegularExpressions;

namespace BtfTool.TestKit;

/// <summary>Checks that a schema says only what <see cref="JsonSchemaValidator"/> understands.</summary>
internal sealed class JsonSchemaRules
{
    private static readonly HashSet<string> Types = ["null", "boolean", "object", "array", "number", "string", "integer"];

    private readonly JsonElement _root;
    private readonly List<string> _mistakes = [];

    private JsonSchemaRules(JsonElement root) => _root = root;

    /// <summary>What is wrong with a schema; empty when all of it is understood.</summary>
    public static IReadOnlyList<string> Check(JsonElement schema)
    {
        var rules = new JsonSchemaRules(schema);
        rules.Check(schema, "#");
        return rules._mistakes;
    }

    // Published schemas of others name formats, which the drafts up to 07 let a validator read over.
    private bool IsOldDraft => _root.ValueKind == JsonValueKind.Object && _root.TryGetProperty("$schema", out JsonElement draft)
        && draft.ValueKind == JsonValueKind.String && draft.GetString()!.StartsWith("http://json-schema.org/draft-0", StringComparison.Ordinal);

    private void Check(JsonElement schema, string at)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            _mistakes.Add($"{at}: a schema is an object, true or false");
            return;
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            Check(keyword.Name, keyword.Value, $"{at}/{keyword.Name}");
        }
    }

    private void Check(string keyword, JsonElement value, string at)
    {
        switch (keyword)
        {
            case "$schema" or "$id" or "id" or "$comment" or "title" or "description":
                Require(value.ValueKind == JsonValueKind.String, at, "is a string");
                break;
            case "format" when IsOldDraft:
                break;
            case "const" or "examples" or "default":
                break;
            case "$defs" or "definitions" or "properties":
                CheckNamed(value, at);
                break;
            case "items" or "additionalProperties":
                Check(value, at);
                break;
            case "prefixItems" or "oneOf" or "anyOf" or "allOf":
                CheckList(value, at);
                break;
            case "type":
                Require(IsType(value), at, "is the name of a type, or an array of names");
                break;
            case "required":
                Require(IsStrings(value), at, "is an array of strings");
                break;
            case "enum":
                Require(value.ValueKind == JsonValueKind.Array, at, "is an array");
                break;
            case "minimum" or "maximum":
                Require(value.ValueKind == JsonValueKind.Number, at, "is a number");
                break;
            case "uniqueItems":
                Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False, at, "is true or false");
                break;
            case "minItems":
                Require(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int least) && least >= 0, at, "is a count");
                break;
            case "pattern":
                Require(IsPattern(value), at, "is a regular expression");
                break;
            case "$ref":
                Require(value.ValueKind == JsonValueKind.String && TryResolve(_root, value.GetString()!, out _), at, "is a #/$defs/NAME or #/definitions/NAME that exists");
                break;
            default:
                _mistakes.Add($"{at}: the keyword is not known");
                break;
        }
    }

    /// <summary>The schema that a reference names.</summary>
    public static bool TryResolve(JsonElement root, string reference, out JsonElement schema)
    {
        schema = root;
        if (reference == "#")
        {
            return root.ValueKind == JsonValueKind.Object;
        }

        // Draft 04 and 07 call them definitions.
        string[] parts = reference.Split('/', 3);
        return parts is ["#", "$defs" or "definitions", _]
            && root.TryGetProperty(parts[1], out JsonElement definitions)
            && definitions.TryGetProperty(parts[2], out schema);
    }

    private void CheckNamed(JsonElement value, string at)
    {
        Require(value.ValueKind == JsonValueKind.Object, at, "is an object");
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty part in value.EnumerateObject())
            {
                Check(part.Value, $"{at}/{part.Name}");
            }
        }
    }

    private void CheckList(JsonElement value, string at)
    {
        bool isList = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0;
        Require(isList, at, "is an array that is not empty");
        for (int i = 0; isList && i < value.GetArrayLength(); i++)
        {
            Check(value[i], $"{at}/{i}");
        }
    }

    private void Require(bool isRight, string at, string rule)
    {
        if (!isRight)
        {
            _mistakes.Add($"{at}: {rule}");
        }
    }

    private static bool IsType(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? value.GetArrayLength() > 0 && value.EnumerateArray().All(IsType)
        : value.ValueKind == JsonValueKind.String && Types.Contains(value.GetString()!);

    private static bool IsStrings(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String);

    private static bool IsPattern(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && new Regex(value.GetString()!, RegexOptions.ECMAScript) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
