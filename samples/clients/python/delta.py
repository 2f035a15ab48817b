"""How to apply what a delta view sends; docs/stream.md explains it."""


# begin: apply
def apply(held, delta):
    """What to hold after a chain_delta, or None if its base is not what was held: then subscribe again with `have`."""
    if not held or delta["base"] != held["version"]:
        return None
    chain = {**held["chain"], **delta.get("set", {})}
    for name in delta.get("unset", []):
        del chain[name]
    for side in ("calls", "puts"):
        if side in delta:
            chain[side] = changed(chain[side], delta[side], held.get("fields"))
    return {**held, "version": delta["version"], "chain": chain}


def changed(rows, changes, fields):
    key = 0 if fields else "strike"
    by_strike = {row[key]: row for row in rows}
    for strike in changes.get("remove", []):
        del by_strike[strike]
    for row in changes.get("add", []):
        by_strike[row[key]] = row
    for change in changes.get("update", []):
        row = by_strike[change[key]]
        by_strike[change[key]] = patched(row, *change) if fields else {**row, **change}
    return [by_strike[strike] for strike in sorted(by_strike)]


def patched(row, _, mask, *values):
    """compact: bit i of the mask says that a value for column i + 1 follows."""
    values = iter(values)
    return [next(values) if column and mask >> (column - 1) & 1 else old for column, old in enumerate(row)]
# end: apply


def rows_of(held, side):
    """The rows of a side as dictionaries, whatever the format."""
    rows, fields = held["chain"].get(side, []), held.get("fields")
    return [dict(zip(fields, row)) for row in rows] if fields else rows
