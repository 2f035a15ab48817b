using System.Text.Json;
using DeltaStream.Actors.Market;
using DeltaStream.Actors.Wire;

namespace DeltaStream.Actors.Views;

/// <summary>
/// Reads the view fields of one entry of a <c>subscribe</c> (docs/protocol.md, "Views"). Null counts as absent, as everywhere in
/// requests, and of a field that occurs twice the last one counts. Other fields are not looked at.
/// </summary>
internal ref struct ViewReader
{
    private const int MostFields = 32;
    private const int MostCompactFields = 30;

    private readonly ReadOnlySpan<byte> _entry;
    private readonly Room _room;
    private Value _strikes, _window, _sides, _fields, _preset, _mode, _format, _maxRate, _have, _status, _meta;
    private string? _wrong;
    private string? _why;

    private ViewReader(ReadOnlySpan<byte> entry, Room room)
    {
        _entry = entry;
        _room = room;
    }

    private bool IsOfChains => _room.Kind is RoomKind.Chain or RoomKind.ChainExpiry;

    /// <summary>Reads the view fields.</summary>
    /// <param name="entry">The entry: a valid JSON object.</param>
    /// <param name="room">The room of the entry.</param>
    /// <exception cref="JsonException">The entry is not JSON.</exception>
    public static ViewRequest Read(ReadOnlySpan<byte> entry, Room room)
    {
        var reader = new ViewReader(entry, room);
        return reader.Collect() ? reader.Read() : default;
    }

    /// <summary>Finds the fields. False if there is none.</summary>
    private bool Collect()
    {
        var found = false;
        var fields = new JsonFields(_entry, int.MaxValue);
        while (fields.Read())
        {
            ref var value = ref _strikes;
            if (fields.Is("strikes"u8)) value = ref _strikes;
            else if (fields.Is("window"u8)) value = ref _window;
            else if (fields.Is("sides"u8)) value = ref _sides;
            else if (fields.Is("fields"u8)) value = ref _fields;
            else if (fields.Is("preset"u8)) value = ref _preset;
            else if (fields.Is("mode"u8)) value = ref _mode;
            else if (fields.Is("format"u8)) value = ref _format;
            else if (fields.Is("max_rate"u8)) value = ref _maxRate;
            else if (fields.Is("have"u8)) value = ref _have;
            else if (fields.Is("status"u8)) value = ref _status;
            else if (fields.Is("meta"u8)) value = ref _meta;
            else continue;
            value = fields.Type == JsonTokenType.Null ? default : new(fields.Type, fields.Value);
        }

        // False counts as absent as well.
        if (_status.Type == JsonTokenType.False) _status = default;
        if (_meta.Type == JsonTokenType.False) _meta = default;
        foreach (var value in (ReadOnlySpan<Value>)[_strikes, _window, _sides, _fields, _preset, _mode, _format, _maxRate, _have, _status, _meta]) found |= value.IsThere;
        return found;
    }

    private ViewRequest Read()
    {
        if (!IsOfChains) RefuseFieldsOfChains();
        var mode = ReadWord(_mode, "mode", "full", "delta") == 1 ? ViewMode.Delta : ViewMode.Full;
        var format = ReadWord(_format, "format", "rows", "compact") == 1 ? ViewFormat.Compact : ViewFormat.Rows;
        var window = ReadWindow();
        var sides = (ViewSides)Math.Max(0, ReadWord(_sides, "sides", "both", "calls", "puts"));
        var columns = ReadFields();
        if (format == ViewFormat.Compact) CheckCompact(mode, columns);
        var rate = ReadRate();
        var (status, meta) = (ReadFlag(_status, "status"), ReadFlag(_meta, "meta"));
        var have = ReadHave(mode);
        if (_wrong is not null) return new(null, null, _wrong, _why);
        var shape = new ViewShape(mode, format, window, sides, columns);
        return new(new(shape.Equals(ViewShape.Whole) ? ViewShape.Whole : shape, rate, status, meta) { NamesBothSides = _sides.IsThere && sides == ViewSides.Both }, have);
    }

    private void RefuseFieldsOfChains()
    {
        Refuse(_strikes, "strikes");
        Refuse(_window, "window");
        Refuse(_sides, "sides");
        Refuse(_fields, "fields");
        Refuse(_preset, "preset");
        Refuse(_mode, "mode");
        Refuse(_format, "format");
        Refuse(_have, "have");
    }

    private void Refuse(Value value, string name)
    {
        if (value.IsThere) Wrong(name, "is for rooms of chains only");
    }

    /// <summary>The number of the word that a field has; -1 if it has none.</summary>
    private int ReadWord(Value value, string name, params ReadOnlySpan<string> words)
    {
        if (!value.IsThere) return -1;
        var at = value.TextIn(_entry) is { } text ? words.IndexOf(text) : -1;
        if (at < 0) Wrong(name, $"must be \"{string.Join("\", \"", words[..^1])}\" or \"{words[^1]}\"");
        return at;
    }

    private bool ReadFlag(Value value, string name)
    {
        if (value.IsThere && value.Type is not (JsonTokenType.True or JsonTokenType.False)) Wrong(name, "must be true");
        return value.Type == JsonTokenType.True;
    }

    private ViewWindow? ReadWindow()
    {
        if (_strikes.IsThere && _window.IsThere) return Wrong<ViewWindow>("strikes", "is short for a window, so there can't be both");
        if (_strikes.IsThere)
        {
            return WindowReader.ReadStrikes(_strikes.In(_entry)) is { } few ? few : Wrong<ViewWindow>("strikes", $"must be an integer from 1 to {WindowReader.MostStrikes}");
        }

        if (!_window.IsThere) return null;
        return WindowReader.Read(_window.In(_entry), out var why) is { } window ? window : Wrong<ViewWindow>("window", why!);
    }

    private string[]? ReadFields()
    {
        if (_fields.IsThere && _preset.IsThere) return Wrong<string[]>("preset", "is short for fields, so there can't be both");
        if (_preset.IsThere) return ViewPresets.Find(_preset.TextIn(_entry)) ?? Wrong<string[]>("preset", $"must be {ViewPresets.Names}");
        if (!_fields.IsThere) return null;
        return ViewPresets.ReadFields(_fields.In(_entry), MostFields, out var why) ?? Wrong<string[]>("fields", why!);
    }

    private void CheckCompact(ViewMode mode, string[]? columns)
    {
        if (mode != ViewMode.Delta) Wrong("format", "\"compact\" is for mode \"delta\" only");
        else if (columns is null) Wrong("format", "\"compact\" needs fields or a preset");
        else if (columns.Length > MostCompactFields) Wrong("fields", $"must be at most {MostCompactFields} names in format \"compact\"");
    }

    private RateClass? ReadRate()
    {
        if (!_maxRate.IsThere) return null;
        var rate = _maxRate.Type == JsonTokenType.Number ? RateClass.For(WindowReader.NumberOf(_maxRate.In(_entry))) : null;
        return rate ?? Wrong<RateClass>("max_rate", $"must be a number, at least {RateClass.Lowest}");
    }

    private Dictionary<string, ViewVersion>? ReadHave(ViewMode mode)
    {
        if (!_have.IsThere) return null;
        if (mode != ViewMode.Delta && IsOfChains) return Wrong<Dictionary<string, ViewVersion>>("have", "is for mode \"delta\" only");
        if (_room.Kind == RoomKind.ChainExpiry)
        {
            if (_have.Type == JsonTokenType.String) return new() { [_room.Expiry!] = ViewVersion.Parse(_have.TextIn(_entry) ?? "") };
            return Wrong<Dictionary<string, ViewVersion>>("have", "must be a version, as a text");
        }

        if (_have.Type != JsonTokenType.StartObject) return Wrong<Dictionary<string, ViewVersion>>("have", "must be an object of versions by expiry");
        var have = new Dictionary<string, ViewVersion>();
        var json = _have.In(_entry);
        var fields = new JsonFields(json, int.MaxValue);
        while (fields.Read())
        {
            if (fields.Type == JsonTokenType.Null) continue;
            if (fields.Type != JsonTokenType.String) return Wrong<Dictionary<string, ViewVersion>>("have", "must be an object of versions by expiry, as texts");
            if (Expiry.TryParse(fields.GetNameText(), out var expiry)) have[expiry] = ViewVersion.Parse(fields.GetText() ?? "");
        }

        return have;
    }

    private void Wrong(string name, string why)
    {
        if (_wrong is null) (_wrong, _why) = (name, why);
    }

    private T? Wrong<T>(string name, string why)
        where T : class
    {
        Wrong(name, why);
        return null;
    }

    /// <summary>The place of a field's value in the entry.</summary>
    private readonly record struct Value(JsonTokenType Type, Range Range)
    {
        public bool IsThere => Type != JsonTokenType.None;

        public ReadOnlySpan<byte> In(ReadOnlySpan<byte> entry) => entry[Range];

        public string? TextIn(ReadOnlySpan<byte> entry) => Type == JsonTokenType.String ? JsonFields.TextOf(In(entry)) : null;
    }
}
