using System.Text.Json;

namespace BtfTool.TestKit;

/// <summary>
/// Validates JSON documents against the schemas of <c>docs/schemas</c>: that part of JSON Schema draft 2020-12 which they use, and
/// what the schema of SARIF 2.1.0 (draft 04) uses beside it; its <c>format</c> is read over. A keyword
/// that is not known is an error of the schema and not a rule that is left out in silence. Stricter than the draft in one thing: an
/// object has no key twice.
/// </summary>
public static class JsonSchema
{
    // A document nests as types do.
    private const int MostNesting = 2500;

    /// <summary>Validates a document.</summary>
    /// <param name="schemaPath">The file of the schema.</param>
    /// <param name="json">The document.</param>
    /// <returns>
    /// What is wrong, at most the first twenty things; empty for a valid document. Each begins with the JSON pointer of the place (RFC
    /// 6901; <c>#</c> before it where it is a place in the schema).
    /// </returns>
    public static IReadOnlyList<string> Validate(string schemaPath, string json) => ValidateText(File.ReadAllText(schemaPath), json);

    /// <summary>As <see cref="Validate"/>, with the text of the schema.</summary>
    public static IReadOnlyList<string> ValidateText(string schema, string json)
    {
        var options = new JsonDocumentOptions { MaxDepth = MostNesting };
        using JsonDocument rules = JsonDocument.Parse(schema, options);
        IReadOnlyList<string> mistakes = JsonSchemaRules.Check(rules.RootElement);
        if (mistakes.Count > 0)
        {
            return mistakes;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, options);
        }
        catch (JsonException e)
        {
            return ["/: is no JSON: " + e.Message];
        }

        using (document)
        {
            return new JsonSchemaValidator(rules.RootElement).Validate(document.RootElement);
        }
    }
}
