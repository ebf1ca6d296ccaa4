"""The stamps and the triggers that renew them, on every table that a public page shows.

Triggers look at whole statements, so that loading thousands of units renews a stamp once. What
hangs on an edition (results, points, bands, counts) is frozen with it: the edition's own row tells
of its change. The criteria of a sealed framework are locked: the framework's row tells of them.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

RENEW = """
CREATE FUNCTION renew_stamps(slugs text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO freshness_stamp (authority_slug, token, opens)
    SELECT slug, gen_random_uuid(), '{}'
    -- Always in the same order: two writers of the same authorities then wait, and never for
    -- each other.
    FROM (SELECT DISTINCT slug FROM unnest(slugs) AS slug WHERE slug IS NOT NULL ORDER BY slug) AS it
    ON CONFLICT (authority_slug) DO UPDATE SET token = gen_random_uuid();
$$;
"""

OF_AUTHORITY = """
    SELECT authority.slug FROM changed
    JOIN units_authority authority ON authority.id = changed.authority_id
"""
OF_UNIT = """
    SELECT authority.slug FROM changed
    JOIN units_unit unit ON unit.id = changed.unit_id
    JOIN units_authority authority ON authority.id = unit.authority_id
"""
OF_GROUP = """
    SELECT authority.slug FROM changed
    JOIN units_unitgroup unit_group ON unit_group.id = changed.group_id
    JOIN units_authority authority ON authority.id = unit_group.authority_id
"""
OF_INDICATOR = """
    SELECT authority.slug FROM changed
    JOIN commitments_indicator indicator ON indicator.id = changed.indicator_id
    JOIN units_authority authority ON authority.id = indicator.authority_id
"""

# table: the authorities whose pages show a changed row
SHOWN = {
    # Its name stands on the pages of whoever is linked with it; it hardly ever changes.
    "units_authority": "SELECT slug FROM units_authority UNION SELECT slug FROM changed",
    "units_unitgroup": OF_AUTHORITY,
    # A unit's name stands on the pages of its predecessors and heirs, elsewhere too.
    "units_unit": f"""
        {OF_AUTHORITY}
        UNION
        SELECT authority.slug FROM changed
        JOIN units_succession link ON changed.id IN (link.predecessor_id, link.successor_id)
        JOIN units_unit unit ON unit.id IN (link.predecessor_id, link.successor_id)
        JOIN units_authority authority ON authority.id = unit.authority_id
    """,
    "units_unitalias": OF_UNIT,
    "units_succession": """
        SELECT authority.slug FROM changed
        JOIN units_unit unit ON unit.id IN (changed.predecessor_id, changed.successor_id)
        JOIN units_authority authority ON authority.id = unit.authority_id
    """,
    "scorecards_framework": f"{OF_GROUP} WHERE changed.state = 'sealed'",
    "scorecards_decision": OF_AUTHORITY,
    "scorecards_edition": """
        SELECT authority.slug FROM changed
        JOIN scorecards_framework framework ON framework.id = changed.framework_id
        JOIN units_unitgroup unit_group ON unit_group.id = framework.group_id
        JOIN units_authority authority ON authority.id = unit_group.authority_id
    """,
    "commitments_indicator": OF_AUTHORITY,
    "commitments_target": OF_AUTHORITY,
    "commitments_measurement": OF_INDICATOR,
    "commitments_dossiermonth": OF_UNIT,
    "commitments_commitment": OF_UNIT,
    "commitments_check": """
        SELECT authority.slug FROM changed
        JOIN commitments_commitment promise ON promise.id = changed.commitment_id
        JOIN units_unit unit ON unit.id = promise.unit_id
        JOIN units_authority authority ON authority.id = unit.authority_id
    """,
}

# The editions of the renewed authorities that are sealed and not shown yet.
OPENS = """
    UPDATE freshness_stamp SET opens = ARRAY(
        SELECT DISTINCT edition.public_from FROM scorecards_edition edition
        JOIN scorecards_framework framework ON framework.id = edition.framework_id
        JOIN units_unitgroup unit_group ON unit_group.id = framework.group_id
        JOIN units_authority authority ON authority.id = unit_group.authority_id
        WHERE authority.slug = freshness_stamp.authority_slug
        AND edition.public_from > statement_timestamp()
        ORDER BY edition.public_from
    ) WHERE authority_slug = ANY(slugs);
"""

FUNCTION = """
CREATE FUNCTION {table}_renews_stamps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE slugs text[] := ARRAY({slugs});
BEGIN
    PERFORM renew_stamps(slugs);
    {more}
    RETURN NULL;
END $$;
"""
EVENTS = [("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD")]
TRIGGER = """
CREATE TRIGGER {table}_renews_stamps_{event}_{transition} AFTER {event} ON {table}
    REFERENCING {transition} TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION {table}_renews_stamps();
"""
FIRST = f"""
DO $$
DECLARE slugs text[] := ARRAY(SELECT slug FROM units_authority);
BEGIN
    PERFORM renew_stamps(slugs);
    {OPENS}
END $$;
"""


def created():
    yield RENEW
    for table, slugs in SHOWN.items():
        more = OPENS if table == "scorecards_edition" else ""
        yield FUNCTION.format(table=table, slugs=slugs, more=more)
        for event, transition in EVENTS:
            yield TRIGGER.format(table=table, event=event, transition=transition)
    yield FIRST


def dropped():
    for table in SHOWN:
        for event, transition in EVENTS:
            yield f"DROP TRIGGER {table}_renews_stamps_{event}_{transition} ON {table};"
        yield f"DROP FUNCTION {table}_renews_stamps();"
    yield "DROP FUNCTION renew_stamps(text[]);"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("commitments", "0002_rules_across_rows"),
        ("scorecards", "0005_rehearsals"),
        ("units", "0004_pages_of_criteria_and_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stamp",
            fields=[
                (
                    "authority_slug",
                    models.CharField(max_length=60, primary_key=True, serialize=False),
                ),
                ("token", models.UUIDField()),
                (
                    "opens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
            ],
            options={
                "verbose_name": "stamp",
                "verbose_name_plural": "stamps",
                "ordering": ["authority_slug"],
            },
        ),
        migrations.RunSQL("\n".join(created()), "\n".join(dropped())),
    ]
