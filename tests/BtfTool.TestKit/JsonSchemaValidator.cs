using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BtfTool.TestKit;

/// <summary>Validates documents against one schema that <see cref="JsonSchemaRules"/> found to be understood.</summary>
internal sealed class JsonSchemaValidator(JsonElement root)
{
    private const int MostErrors = 20;

    // References that lead to references at one place of a document.
    private const int LongestReferenceChain = 32;

    private readonly Dictionary<string, Regex> _patterns = [];
    private readonly List<string> _place = [];
    private List<string> _errors = [];

    /// <summary>What is wrong with a document.</summary>
    public IReadOnlyList<string> Validate(JsonElement document)
    {
        Validate(document, root, 0);
        return _errors;
    }

    private void Validate(JsonElement value, JsonElement schema, int references)
    {
        if (_errors.Count >= MostErrors || schema.ValueKind == JsonValueKind.True)
        {
            return;
        }

        if (schema.ValueKind == JsonValueKind.False)
        {
            Report("is not allowed");
            return;
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            Validate(value, keyword.Name, keyword.Value, references);
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            ValidateObject(value, schema);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            ValidateArray(value, schema);
        }
    }

    private void Validate(JsonElement value, string keyword, JsonElement rule, int references)
    {
        switch (keyword)
        {
            case "$ref":
                JsonSchemaRules.TryResolve(root, rule.GetString()!, out JsonElement target);
                Require(references < LongestReferenceChain, "the schema's references go in a circle");
                if (references < LongestReferenceChain)
                {
                    Validate(value, target, references + 1);
                }

                break;
            case "type":
                Require(IsOfType(value, rule), $"is of type {NameOf(value)}, not {rule}");
                break;
            case "const":
                Require(JsonElement.DeepEquals(value, rule), $"is {Short(value)}, not {rule.GetRawText()}");
                break;
            case "enum":
                Require(rule.EnumerateArray().Any(one => JsonElement.DeepEquals(value, one)), $"is {Short(value)}, none of {rule.GetRawText()}");
                break;
            case "minimum" when value.ValueKind == JsonValueKind.Number:
                Require(value.GetDecimal() >= rule.GetDecimal(), $"is {value}, less than {rule}");
                break;
            case "maximum" when value.ValueKind == JsonValueKind.Number:
                Require(value.GetDecimal() <= rule.GetDecimal(), $"is {value}, more than {rule}");
                break;
            case "minItems" when value.ValueKind == JsonValueKind.Array:
                Require(value.GetArrayLength() >= rule.GetInt32(), $"has {value.GetArrayLength()} items, less than {rule}");
                break;
            case "pattern" when value.ValueKind == JsonValueKind.String:
                Require(PatternOf(rule.GetString()!).IsMatch(value.GetString()!), $"is {Short(value)}, which {rule.GetRawText()} does not match");
                break;
            case "required" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonElement name in rule.EnumerateArray())
                {
                    Require(value.TryGetProperty(name.GetString()!, out _), $"has no {name}");
                }

                break;
            case "uniqueItems" when value.ValueKind == JsonValueKind.Array && rule.ValueKind == JsonValueKind.True:
                var items = new HashSet<JsonElement>(new DeepEquality());
                Require(value.EnumerateArray().All(items.Add), "has an item twice");
                break;
            case "allOf":
                foreach (JsonElement one in rule.EnumerateArray())
                {
                    Validate(value, one, references + 1);
                }

                break;
            case "oneOf" or "anyOf":
                ValidateAlternatives(value, rule, keyword == "oneOf", references);
                break;
        }
    }

    private void ValidateObject(JsonElement value, JsonElement schema)
    {
        bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties);
        bool hasOthers = schema.TryGetProperty("additionalProperties", out JsonElement others);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            Require(names.Add(property.Name), $"has the key {property.Name} twice");
            if (hasProperties && properties.TryGetProperty(property.Name, out JsonElement rule))
            {
                ValidateAt(property.Name, property.Value, rule);
            }
            else if (hasOthers)
            {
                ValidateAt(property.Name, property.Value, others);
            }
        }
    }

    private void ValidateArray(JsonElement value, JsonElement schema)
    {
        bool hasFirst = schema.TryGetProperty("prefixItems", out JsonElement first);
        bool hasItems = schema.TryGetProperty("items", out JsonElement items);
        int index = 0;
        if (hasFirst || hasItems)
        {
            int firstCount = hasFirst ? first.GetArrayLength() : 0;
            foreach (JsonElement item in value.EnumerateArray())
            {
                if (index < firstCount || hasItems)
                {
                    ValidateAt(index.ToString(CultureInfo.InvariantCulture), item, index < firstCount ? first[index] : items);
                }

                index++;
            }
        }
    }

    private void ValidateAt(string key, JsonElement value, JsonElement rule)
    {
        _place.Add(key);
        Validate(value, rule, 0);
        _place.RemoveAt(_place.Count - 1);
    }

    private void ValidateAlternatives(JsonElement value, JsonElement rules, bool onlyOne, int references)
    {
        List<string> outside = _errors;
        List<string>? nearest = null;
        int matches = 0;
        foreach (JsonElement rule in rules.EnumerateArray())
        {
            _errors = [];
            Validate(value, rule, references);
            matches += _errors.Count == 0 ? 1 : 0;
            nearest = nearest is null || Reach(_errors) > Reach(nearest) ? _errors : nearest;
        }

        _errors = outside;
        Require(matches <= 1 || !onlyOne, $"is allowed by {matches} of the alternatives, which exclude each other");
        if (matches == 0)
        {
            Report("is allowed by none of the alternatives; the nearest says:");
            _errors.AddRange(nearest!.Select(e => "  " + e));
        }
    }

    // The alternative that is meant is most often the one that goes wrong furthest inside, and in the fewest places.
    private static int Reach(List<string> errors) =>
        errors.Count == 0 ? -1 : (100 * errors.Max(e => e.Split(": ")[0].Count(c => c == '/'))) - errors.Count;

    private void Require(bool isRight, string message)
    {
        if (!isRight)
        {
            Report(message);
        }
    }

    private void Report(string message)
    {
        if (_errors.Count < MostErrors)
        {
            IEnumerable<string> keys = _place.Select(k => "/" + k.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            _errors.Add((_place.Count == 0 ? "/" : string.Concat(keys)) + ": " + message);
        }
    }

    private Regex PatternOf(string pattern)
    {
        if (!_patterns.TryGetValue(pattern, out Regex? regex))
        {
            _patterns.Add(pattern, regex = new Regex(pattern, RegexOptions.ECMAScript));
        }

        return regex;
    }

    private static bool IsOfType(JsonElement value, JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Any(one => IsOfType(value, one))
        : type.GetString() is { } name && (name == NameOf(value) || (name == "number" && value.ValueKind == JsonValueKind.Number));

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDecimal(out decimal number) && decimal.Truncate(number) == number ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        _ => "null",
    };

    private static string Short(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "...";
    }

    private sealed class DeepEquality : IEqualityComparer<JsonElement>
    {
        public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

        // Equal values are of one kind and have as many parts.
        public int GetHashCode(JsonElement value) => HashCode.Combine(value.ValueKind, value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.GetHashCode(StringComparison.Ordinal),
            JsonValueKind.Array => value.GetArrayLength(),
            JsonValueKind.Object => value.EnumerateObject().Count(),
            _ => 0,
        });
    }
}
