using BtfTool.TestKit;
using Shouldly;
using Xunit;

namespace BtfTool.Core.Tests.TestKit;

/// <summary>The validator that holds the documents of <c>--json</c> to their schemas.</summary>
public class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", "{}", "[]")]
    [InlineData("""{"type":["string","null"]}""", "null", "1")]
    [InlineData("""{"type":"integer"}""", "18446744073709551615", "1.5")]
    [InlineData("""{"type":"integer"}""", "1.0", "\"1\"")]
    [InlineData("""{"type":"number"}""", "1.5", "true")]
    [InlineData("""{"type":"boolean"}""", "false", "0")]
    [InlineData("""{"required":["a","b"]}""", """{"a":1,"b":2}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"a":"x","b":1}""", """{"a":1}""")]
    [InlineData("""{"properties":{"a":true},"additionalProperties":false}""", """{"a":1}""", """{"b":1}""")]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"items":{"minimum":0}}""", "[0,1]", "[1,-1]")]
    [InlineData("""{"prefixItems":[{"const":1}],"items":false}""", "[1]", "[1,2]")]
    [InlineData("""{"prefixItems":[{"const":1},{"const":2}]}""", "[1]", "[1,3]")]
    [InlineData("""{"enum":["a",1]}""", "1", "\"b\"")]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""", """{"a":[2]}""")]
    [InlineData("""{"maximum":18446744073709551615}""", "18446744073709551615", "18446744073709551616")]
    [InlineData("""{"minimum":-9223372036854775808}""", "-9223372036854775808", "-9223372036854775809")]
    [InlineData("""{"minItems":1}""", "[0]", "[]")]
    [InlineData("""{"uniqueItems":true}""", "[0,\"0\",[0],[1]]", "[{\"a\":1},{\"a\":1.0}]")]
    [InlineData("""{"allOf":[{"type":"integer"},{"minimum":2}]}""", "2", "1")]
    [InlineData("""{"$ref":"#/definitions/n","definitions":{"n":{"type":"integer","default":1}}}""", "1", "\"\"")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-04/schema#","id":"x","type":"string","format":"uri"}""", "\"\"", "1")]
    [InlineData("""{"pattern":"^a+$"}""", "\"aa\"", "\"ab\"")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"minimum":2}]}""", "1", "2")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"string"}]}""", "\"\"", "[]")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"minimum":2}]}""", "2", "1.5")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}""", "1", "\"\"")]
    [InlineData("""{"items":{"$ref":"#"},"type":"array"}""", "[[],[[]]]", "[[1]]")]
    [InlineData("false", "", "1")]
    public void Each_keyword_allows_what_it_says_and_nothing_else(string schema, string right, string wrong)
    {
        if (right.Length > 0)
        {
            JsonSchema.ValidateText(schema, right).ShouldBeEmpty();
        }

        JsonSchema.ValidateText(schema, wrong).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("""{"properties":{"a":{"minLength":1}}}""", "#/properties/a/minLength")]
    [InlineData("""{"$defs":{"unused":{"not":{}}}}""", "#/$defs/unused/not")]
    [InlineData("""{"oneOf":[{"allOf":[]}]}""", "#/oneOf/0/allOf")]
    [InlineData("""{"items":{"format":"date"}}""", "#/items/format")]
    [InlineData("""{"type":"int"}""", "#/type")]
    [InlineData("""{"required":"a"}""", "#/required")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"$ref":"other.json"}""", "#/$ref")]
    [InlineData("""{"pattern":"("}""", "#/pattern")]
    [InlineData("""{"minItems":-1}""", "#/minItems")]
    [InlineData("""{"anyOf":[]}""", "#/anyOf")]
    [InlineData("[]", "#")]
    public void What_a_schema_says_and_nobody_checks_is_an_error(string schema, string place) =>
        JsonSchema.ValidateText(schema, "{}").ShouldHaveSingleItem().ShouldStartWith(place + ": ");

    [Fact]
    public void Errors_say_where_they_are()
    {
        const string Schema = """{"properties":{"a/b":{"items":{"required":["x"]}}}}""";

        JsonSchema.ValidateText(Schema, """{"a/b":[{"x":1},{},{"x":2},{"y":1}]}""").ShouldBe(["/a~1b/1: has no x", "/a~1b/3: has no x"]);
    }

    [Fact]
    public void Of_alternatives_the_nearest_is_explained()
    {
        const string Schema = """
            {"items":{"oneOf":[
              {"properties":{"kind":{"const":"a"},"n":{"type":"integer"}}},
              {"properties":{"kind":{"const":"b"},"s":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}}}}]}}
            """;

        IReadOnlyList<string> errors = JsonSchema.ValidateText(Schema, """[{"kind":"b","s":{"x":"1"}}]""");

        errors[0].ShouldStartWith("/0: is allowed by none");
        errors[1].ShouldBe("  /0/s/x: is of type string, not integer");
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "/: has the key a twice")]
    [InlineData("{", "/: is no JSON")]
    [InlineData("{}{}", "/: is no JSON")]
    public void A_document_that_readers_would_take_in_several_ways_is_wrong(string json, string error) =>
        JsonSchema.ValidateText("{}", json).ShouldHaveSingleItem().ShouldStartWith(error);

    [Fact]
    public void References_that_go_in_a_circle_end() =>
        JsonSchema.ValidateText("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""", "1")
            .ShouldContain(e => e.Contains("circle", StringComparison.Ordinal));

    [Fact]
    public void The_first_errors_of_a_document_full_of_them_are_enough() =>
        JsonSchema.ValidateText("""{"items":{"type":"string"}}""", "[" + string.Join(',', Enumerable.Repeat("1", 1000)) + "]").Count.ShouldBe(20);
}
