#!/usr/bin/env python3
"""Xác minh ấn bản đã tải về, không cần mạng. / Checks a downloaded edition without any network.

    python3 xac_minh.py goi-du-lieu.zip          gói tải về / a downloaded package
    python3 xac_minh.py thu-muc                  thư mục đã giải nén / an unpacked folder
    python3 xac_minh.py canonical.json [manifest.json]
    --en                                         in English

Chỉ cần Python 3.9 trở lên. Mã thoát 0: khớp; 1: không khớp; 2: không đọc được.
"""

import csv
import hashlib
import io
import json
import sys
import unicodedata
import zipfile
from fractions import Fraction
from pathlib import Path

ENGLISH = "--en" in sys.argv
COUNTED = ("appraised", "survey")
SUMS = ("points", "max_points", "appraised", "survey", "adjustment")
OURS = ("index_percent", "rank", "class_name", "reason")


def say(vietnamese, english):
    return english if ENGLISH else vietnamese


def half_up(value, places):
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


def number(text):
    return None if text is None else Fraction(text)


def index(points, maximum):
    return None if points is None or not maximum else points / maximum * 100


def total(leaves):
    """Return (points, maximum, what is missing) of leaves: (kind, points, maximum)."""
    applicable = [leaf for leaf in leaves if leaf[2] != 0]
    missing = [leaf for leaf in applicable if leaf[0] in COUNTED and leaf[1] is None]
    maxima = [leaf[2] for leaf in leaves if leaf[0] in COUNTED]
    points = sum((leaf[1] or 0 for leaf in applicable), Fraction(0))
    known = applicable and not missing
    return points if known else None, None if None in maxima else sum(maxima, Fraction(0)), missing


def reaches(value, band):
    floor = number(band["floor"])
    return floor is None or value > floor or (value == floor and band["inclusive"])


def compute(edition, cap):
    """Return what the portal must have computed, by unit: the columns and each branch."""
    rules, found = edition["rules"], {}
    for row in edition["results"]:
        numbers = [line["number"] for line in row["criteria"]]
        leaves = {
            line["number"]: (line["kind"], number(line["points"]), number(line["max_points"]))
            for line in row["criteria"]
            if not any(other.startswith(line["number"] + ".") for other in numbers)
        }
        parts = {
            "appraised": ["appraised"],
            "survey": ["survey"],
            "adjustment": ["bonus", "penalty"],
        }
        for name, kinds in parts.items():
            parts[name] = total([leaf for leaf in leaves.values() if leaf[0] in kinds])[0]
        points, maximum, missing = total(list(leaves.values()))
        exact = index(points, maximum)
        exact = exact if exact is None or cap is None else min(exact, cap)
        shown = None if exact is None else half_up(exact, rules["decimals"])
        reason = "incomplete" if missing else "unknown_maximum" if maximum is None else ""
        reason = reason or ("" if maximum else "no_maximum")
        deciding = shown if rules["rank_on"] == "shown" else exact
        value = {"index": deciding, "points": points, "appraised_points": parts["appraised"]}
        value = value.get(rules["classified_by"])
        if value is None or reason in ("incomplete", "no_maximum"):
            name = ""
        else:
            name = next((band["name"] for band in edition["bands"] if reaches(value, band)), "")
        branches = {}
        for line in row["criteria"]:
            below = [leaf for key, leaf in leaves.items() if key.startswith(line["number"] + ".")]
            if below:
                branches[line["number"]] = total(below)[:2]
        found[row["unit"]] = {
            "points": points, "max_points": maximum, **parts, "index_percent": shown,
            "class_name": name, "reason": reason, "branches": branches, "rank": None,
            "deciding": deciding if rules["ranked"] and row["ranked"] else None,
        }  # fmt: skip
    ranked = [unit["deciding"] for unit in found.values() if unit["deciding"] is not None]
    for unit in found.values():
        if unit["deciding"] is not None:
            unit["rank"] = 1 + sum(other > unit["deciding"] for other in ranked)
    return found


def arithmetic(edition):
    """Return a sentence for everything that does not follow from the points."""
    caps = [edition["rules"]["cap_percent"]] if "cap_percent" in edition["rules"] else [None, "100"]
    return min((differences(edition, number(cap)) for cap in caps), key=len)


def differences(edition, cap):
    computed, found, places = compute(edition, cap), [], edition["rules"]["decimals"]

    def check(place, what, old, new):
        if old == new if isinstance(new, str) else number(old) == new:
            return
        if isinstance(new, Fraction):
            new = f"{float(new):.{places}f}"
        old, new = ("–" if value in (None, "") else value for value in (old, new))
        words = say(
            "ấn bản ghi {}, tính lại được {}", "the edition says {}, computed anew it is {}"
        )
        found.append(f"{place}, {what}: {words.format(old, new)}")

    by_the_portal = edition["origin"] == "computed"
    for row in edition["results"]:
        new = computed[row["unit"]]
        for what in (*SUMS, *(OURS if by_the_portal else edition["derived"])):
            check(row["unit_name"], what, row[what], new[what])
        for line in row["criteria"]:
            points, maximum = new["branches"].get(
                line["number"], (number(line["points"]), number(line["max_points"]))
            )
            counted = line["kind"] in ("appraised", "survey")
            exact = index(points, maximum) if counted else None
            shown = None if exact is None else half_up(exact, places)
            place = row["unit_name"] + say(", tiêu chí ", ", criterion ") + line["number"]
            check(place, "points", line["points"], points)
            check(place, "max_points", line["max_points"], maximum)
            check(place, "index_percent", line["index_percent"], shown)
    if by_the_portal:
        classes = [unit["class_name"] for unit in computed.values() if unit["class_name"]]
        for name in dict.fromkeys([*edition["counts"], *classes]):
            check(name, "count", edition["counts"].get(name, "0"), classes.count(name))
    return found


def same_cell(cell, value):
    if value is None or isinstance(value, bool):
        return cell == {None: "", True: "true", False: "false"}[value]
    cell, value = (unicodedata.normalize("NFC", text) for text in (cell, str(value)))
    try:
        return cell in (value, "'" + value) or Fraction(cell) == Fraction(value)
    except ValueError:
        return False


def table(name, content, rows):
    """Return a sentence for every cell of a CSV of the package that is not what was sealed."""
    found, seen = [], set()
    for line in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        key = tuple(line[column] for column in ("unit", "criterion_number") if column in line)
        seen.add(key)
        if key not in rows:
            found.append(f"{name}: {' '.join(key)}: +")
        for column, value in rows.get(key, {}).items():
            # The moment of entry is written to the second in the table.
            if column in line and column != "entered_at" and not same_cell(line[column], value):
                found.append(f"{name}: {' '.join(key)} {column}: {line[column]} ≠ {value}")
    return found + [f"{name}: {' '.join(key)}: –" for key in rows if key not in seen]


def check_edition(files, folder):
    """Print what was found in one folder; return whether everything agrees."""
    content, found = files[folder + "canonical.json"], []
    edition, digest = json.loads(content), hashlib.sha256(content).hexdigest()
    print(f"{edition['title']} – {edition['group_name']} {edition['year']}, v{edition['version']}")
    print(say("  mã kiểm tra tính từ tệp: ", "  check code of the file: ") + digest)
    if folder + "manifest.json" in files:
        manifest = json.loads(files[folder + "manifest.json"])
        previous = edition["previous_digest"] or None
        for what, mine in [("digest", digest), ("previous_digest", previous)]:
            if manifest[what] != mine:
                found.append(f"manifest.json, {what}: {manifest[what]} ≠ {mine}")
        for line in manifest["files"]:
            there = files.get(folder + line["name"])
            if there is not None and hashlib.sha256(there).hexdigest() != line["sha256"]:
                found.append(say("tệp đã bị đổi: ", "file changed: ") + line["name"])
    else:
        print(say("  không có manifest.json: chỉ tính lại", "  no manifest.json: recomputed only"))
    results = {(row["unit"],): row for row in edition["results"]}
    points = {
        (unit, line["number"]): line for (unit,), row in results.items() for line in row["criteria"]
    }
    for name, rows in [("results.csv", results), ("criteria.csv", points)]:
        if folder + name in files:
            found += table(name, files[folder + name], rows)
    found += arithmetic(edition)
    for sentence in found:
        print("  ✗ " + sentence)
    units = say(f" ({len(results)} đơn vị)", f" ({len(results)} units)")
    print("  " + (say("KHÔNG KHỚP", "DOES NOT AGREE") if found else say("KHỚP", "AGREES") + units))
    return not found


def read(path):
    """Return the files of a ZIP, of a folder, or the one file: name → bytes."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    if path.is_dir():
        inside = [file for file in path.rglob("*") if file.is_file()]
        return {file.relative_to(path).as_posix(): file.read_bytes() for file in inside}
    return {"canonical.json": path.read_bytes()}


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    files = read(Path(arguments[0]))
    if len(arguments) > 1:
        files["manifest.json"] = Path(arguments[1]).read_bytes()
    sealed = sorted(name for name in files if f"/{name}".endswith("/canonical.json"))
    if not sealed:
        raise ValueError(say("không thấy canonical.json", "there is no canonical.json"))
    agree = [check_edition(files, name[: -len("canonical.json")]) for name in sealed]
    print(
        say(
            "Hãy so mã kiểm tra với mã in trên văn bản đã ký.",
            "Compare the check code with the one printed on the signed document.",
        )
    )
    return 0 if all(agree) else 1


if __name__ == "__main__":
    try:
        sys.exit(main([word for word in sys.argv[1:] if word != "--en"]))
    except (OSError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as error:
        print(say(f"Không đọc được: {error}", f"Cannot be read: {error}"), file=sys.stderr)
        sys.exit(2)
