"""What one row cannot say of itself: kept records, frozen signatures, rows that belong together.

Each rule is a trigger whose error names the rule, as a constraint's would.
"""

from django.db import migrations

TABLES = "commitments_{}".format

# What was recorded stays as it was recorded; whether the public sees it may still be decided.
KEPT = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'public') IS DISTINCT FROM (to_jsonb(OLD) - 'public')
    THEN
        RAISE EXCEPTION '{name}: it is corrected by a new row'
            USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {name}();
"""
KEPT_TABLES = [
    ("document_is_kept", TABLES("document")),
    ("measurement_is_kept", TABLES("measurement")),
    ("dossiers_are_kept", TABLES("dossiermonth")),
    ("check_is_kept", TABLES("check")),
]

RULE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS ({broken}) THEN
        RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE {events} ON {table}
    FOR EACH ROW EXECUTE FUNCTION {name}();
"""
RULES = [
    ("measurement_suits_its_indicator", TABLES("measurement"), "INSERT",
     """SELECT FROM commitments_indicator indicator
        LEFT JOIN units_unit unit ON unit.id = NEW.unit_id
        WHERE indicator.id = NEW.indicator_id AND (
            (indicator.is_share AND NEW.value > 100)
            OR (NEW.numerator IS NOT NULL AND NOT indicator.is_share)
            OR indicator.measured_by <> 'measurements'
            OR unit.authority_id <> indicator.authority_id)"""),
    ("measurement_corrects_its_own_kind", TABLES("measurement"), "INSERT",
     """SELECT FROM commitments_measurement earlier WHERE earlier.id = NEW.corrects_id
        AND (earlier.indicator_id, earlier.unit_id, earlier.measured_on)
            IS DISTINCT FROM (NEW.indicator_id, NEW.unit_id, NEW.measured_on)"""),
    ("dossiers_correct_their_own_month", TABLES("dossiermonth"), "INSERT",
     """SELECT FROM commitments_dossiermonth earlier WHERE earlier.id = NEW.corrects_id
        AND (earlier.unit_id, earlier.month) IS DISTINCT FROM (NEW.unit_id, NEW.month)"""),
    ("dossiers_are_of_an_existing_unit", TABLES("dossiermonth"), "INSERT",
     """SELECT FROM units_unit unit WHERE unit.id = NEW.unit_id
        AND (unit.ends_on < NEW.month
             OR unit.starts_on > (NEW.month + interval '1 month' - interval '1 day')::date)"""),
    ("target_suits_its_indicator", TABLES("target"), "INSERT OR UPDATE",
     """SELECT FROM commitments_indicator indicator
        LEFT JOIN units_unit unit ON unit.id = NEW.unit_id
        WHERE indicator.id = NEW.indicator_id AND (
            (indicator.is_share AND (NEW.value > 100 OR NEW.baseline > 100))
            OR indicator.authority_id <> NEW.authority_id
            OR unit.authority_id <> NEW.authority_id)"""),
    ("commitment_is_of_a_living_unit", TABLES("commitment"), "INSERT",
     """SELECT FROM units_unit unit WHERE unit.id = NEW.unit_id
        AND (unit.ends_on < NEW.due_on OR unit.starts_on > NEW.signed_on)"""),
    ("commitment_suits_its_criterion_and_indicator", TABLES("commitment"), "INSERT OR UPDATE",
     """SELECT FROM units_unit unit
        LEFT JOIN scorecards_criterion criterion ON criterion.id = NEW.criterion_id
        LEFT JOIN scorecards_framework framework ON framework.id = criterion.framework_id
        LEFT JOIN units_unitgroup unit_group ON unit_group.id = framework.group_id
        LEFT JOIN commitments_indicator indicator ON indicator.id = NEW.indicator_id
        WHERE unit.id = NEW.unit_id AND (
            unit_group.authority_id <> unit.authority_id
            OR framework.year NOT IN (NEW.year, NEW.year - 1)
            OR indicator.authority_id <> unit.authority_id
            OR (indicator.is_share AND NEW.promised_value > 100))"""),
    ("commitment_is_not_signed_in_the_future", TABLES("commitment"), "INSERT OR UPDATE",
     """SELECT WHERE NEW.signed_on > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"""),
    ("check_follows_signing", TABLES("check"), "INSERT",
     """SELECT FROM commitments_commitment commitment
        LEFT JOIN commitments_indicator indicator ON indicator.id = commitment.indicator_id
        WHERE commitment.id = NEW.commitment_id AND (
            commitment.signed_on IS NULL OR NEW.checked_on < commitment.signed_on
            OR (NEW.measured_value IS NOT NULL AND indicator.id IS NULL)
            OR (indicator.is_share AND NEW.measured_value > 100))"""),
    # What was measured before it was known to be a share, or of dossiers, must stay true.
    ("indicator_is_fixed_once_measured", TABLES("indicator"), "UPDATE",
     """SELECT WHERE (NEW.authority_id, NEW.is_share, NEW.measured_by, NEW.direction)
            IS DISTINCT FROM (OLD.authority_id, OLD.is_share, OLD.measured_by, OLD.direction)
        AND (EXISTS (SELECT FROM commitments_measurement m WHERE m.indicator_id = OLD.id)
             OR EXISTS (SELECT FROM commitments_target t WHERE t.indicator_id = OLD.id)
             OR EXISTS (SELECT FROM commitments_commitment c WHERE c.indicator_id = OLD.id))"""),
]  # fmt: skip

# A signature freezes the promise. Who inspects it and whether it is public may change; the scanned
# page is added once, and a commitment is withdrawn once, with its reason beside it.
SIGNED = """
CREATE FUNCTION commitment_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['inspector_id', 'public', 'changed_by_id', 'changed_at'];
BEGIN
    IF OLD.signed_on IS NULL THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'commitment_is_signed: it cannot be deleted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_is_signed';
    END IF;
    IF OLD.scan_id IS NULL THEN free := free || ARRAY['scan_id']; END IF;
    IF OLD.withdrawn_on IS NULL THEN
        free := free || ARRAY['withdrawn_on', 'withdrawn_reason'];
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'commitment_is_signed: its text is frozen'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_is_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commitment_is_signed BEFORE UPDATE OR DELETE ON commitments_commitment
    FOR EACH ROW EXECUTE FUNCTION commitment_is_signed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0001_initial"),
        ("scorecards", "0003_import_of_anything"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(sql)
        for sql in [
            *(KEPT.format(name=name, table=table) for name, table in KEPT_TABLES),
            *(
                RULE.format(name=name, table=table, events=events, broken=broken)
                for name, table, events, broken in RULES
            ),
            SIGNED,
        ]
    ]
