using System.Text;
using System.Text.Json;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Tests.Wire;

public class JsonFieldsSpecs
{
    // text, and its fields: name, type, value as it stands there, value as text
    public static TheoryData<string, string> Objects => new()
    {
        { "{}", "" },
        { """ { } """, "" },
        { """{"a":1}""", "a Number 1 -" },
        { """ { "a" : "x" , "b" : null } """, "a String \"x\" x; b Null null -" },
        { """{"a":{"b":[1,{}]},"b":[ ]}""", "a StartObject {\"b\":[1,{}]} -; b StartArray [ ] -" },
        { """{"a":"\u0078\"","b":true}""", "a String \"\\u0078\\\"\" x\"; b True true -" },
        { """{"\u0061":1}""", "a Number 1 -" },
        { """{"a":1,"a":2}""", "a Number 1 -; a Number 2 -" },
        // Half of a surrogate pair: valid JSON, and neither a name of ours nor a text.
        { """{"\ud800":1,"a":"\ud800"}""", "? Number 1 -; a String \"\\ud800\" -" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void Fields_are_read_in_order(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var fields = new JsonFields(bytes);
        var read = new List<string>();
        while (fields.Read())
            read.Add($"{(fields.Is("a"u8) ? "a" : fields.Is("b"u8) ? "b" : "?")} {fields.Type} {Encoding.UTF8.GetString(bytes[fields.Value])} {fields.GetText() ?? "-"}");
        Assert.Equal(expected, string.Join("; ", read));
    }

    [Fact]
    public void A_field_reports_the_range_of_its_name()
    {
        var bytes = """{"x":{"y":1}, "\u0061" : 2}"""u8.ToArray();
        var fields = new JsonFields(bytes);
        var names = new List<string>();
        while (fields.Read()) names.Add(Encoding.UTF8.GetString(bytes[fields.Name]));
        Assert.True(fields.IsObject);
        Assert.Equal(["\"x\"", "\"\\u0061\""], names);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"a\"")]
    [InlineData("null")]
    public void A_value_other_than_an_object_has_no_fields(string json)
    {
        var fields = new JsonFields(Encoding.UTF8.GetBytes(json));
        Assert.False(fields.Read());
        Assert.NotEqual(JsonTokenType.StartObject, fields.Type);
        Assert.False(fields.IsObject);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}}")]
    [InlineData("{\"a\":1} x")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[1] 2")]
    [InlineData("{\"a\":[[[[]]]]}")]
    public void Text_that_is_not_JSON_or_nested_too_deep_throws(string json) =>
        Assert.ThrowsAny<JsonException>(() =>
        {
            var fields = new JsonFields(Encoding.UTF8.GetBytes(json), maxDepth: 4);
            while (fields.Read()) { }
        });
}
