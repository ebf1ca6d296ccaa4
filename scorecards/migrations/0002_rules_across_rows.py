"""What one row cannot say of itself: locked structures, sealed results, kept records.

Each rule is a trigger whose error names the rule, as a constraint's would. Triggers look at whole
statements where many rows are written at once, so that sealing stays fast.
"""

from django.db import migrations

FRAMEWORK = """
CREATE FUNCTION framework_rules_are_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'setup' AND (
        NEW.group_id, NEW.year, NEW.round, NEW.origin, NEW.decimals, NEW.ranked,
        NEW.classified_by, NEW.rank_on, NEW.cap_percent
    ) IS DISTINCT FROM (
        OLD.group_id, OLD.year, OLD.round, OLD.origin, OLD.decimals, OLD.ranked,
        OLD.classified_by, OLD.rank_on, OLD.cap_percent
    ) THEN
        RAISE EXCEPTION 'framework_rules_are_locked: scoring has begun'
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'sealed' AND NEW.state = 'setup' THEN
        RAISE EXCEPTION 'framework_rules_are_locked: the result is sealed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER framework_rules_are_locked BEFORE UPDATE ON scorecards_framework
    FOR EACH ROW EXECUTE FUNCTION framework_rules_are_locked();
"""

# Tree and bands may change while the framework is being set up; what hangs on a scorecard, until
# the result is sealed; scores, only between the two.
STATEMENT_RULE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed JOIN scorecards_framework framework ON framework.id = {framework}
               WHERE framework.state {refused}) THEN
        RAISE EXCEPTION '{name}: {why}' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
# A row that moves is judged by where it came from and by where it goes.
EVENTS = [("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD")]
STATEMENT_TRIGGER = """
CREATE TRIGGER {name}_{event}_{transition} AFTER {event} ON {table}
    REFERENCING {transition} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
OF_CARD = (
    "(SELECT card.framework_id FROM scorecards_scorecard card WHERE card.id = changed.scorecard_id)"
)
STATEMENT_RULES = [
    ("criteria_are_locked", "scorecards_criterion", "changed.framework_id",
     "<> 'setup'", "scoring has begun"),
    ("class_bands_are_locked", "scorecards_classband", "changed.framework_id",
     "<> 'setup'", "scoring has begun"),
    ("announced_counts_are_sealed", "scorecards_announcedcount", "changed.framework_id",
     "= 'sealed'", "the result is sealed"),
    ("scorecards_are_sealed", "scorecards_scorecard", "changed.framework_id",
     "= 'sealed'", "the result is sealed"),
    ("applicability_is_sealed", "scorecards_applicability", OF_CARD,
     "= 'sealed'", "the result is sealed"),
    ("scores_are_entered_while_scoring", "scorecards_score", OF_CARD,
     "<> 'scoring'", "the framework is not open for scores"),
]  # fmt: skip


def triggers(name, table):
    return "".join(
        STATEMENT_TRIGGER.format(name=name, event=event, table=table, transition=transition)
        for event, transition in EVENTS
    )


def statement_rule(name, table, framework, refused, why):
    function = STATEMENT_RULE.format(name=name, framework=framework, refused=refused, why=why)
    return function + triggers(name, table)


def published_rule(table, join, edition):
    function = PUBLISHED_RULE.format(table=table, join=join, edition=edition)
    return function + triggers(f"{table}_is_sealed", table)


# A score stands on a leaf of its own framework.
SCORE = """
CREATE FUNCTION score_stands_on_a_leaf_of_its_framework() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM changed
        JOIN scorecards_scorecard card ON card.id = changed.scorecard_id
        JOIN scorecards_criterion criterion ON criterion.id = changed.criterion_id
        WHERE criterion.framework_id <> card.framework_id
           OR EXISTS (SELECT FROM scorecards_criterion part WHERE part.parent_id = criterion.id)
    ) THEN
        RAISE EXCEPTION 'score_stands_on_a_leaf_of_its_framework'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER score_stands_on_a_leaf_insert AFTER INSERT ON scorecards_score
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION score_stands_on_a_leaf_of_its_framework();
CREATE TRIGGER score_stands_on_a_leaf_update AFTER UPDATE ON scorecards_score
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
    EXECUTE FUNCTION score_stands_on_a_leaf_of_its_framework();
"""

# Once sealed, an edition changes in two ways only: its decision is named, once, and the moment of
# showing is set while it still lies ahead.
EDITION = """
CREATE FUNCTION edition_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sealed_at IS NULL THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'edition_is_sealed: it cannot be deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (to_jsonb(NEW) - 'decision_id' - 'public_from')
        IS DISTINCT FROM (to_jsonb(OLD) - 'decision_id' - 'public_from') THEN
        RAISE EXCEPTION 'edition_is_sealed: publish a correction instead'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.decision_id IS DISTINCT FROM OLD.decision_id AND OLD.decision_id IS NOT NULL THEN
        RAISE EXCEPTION 'edition_is_sealed: its decision is named once'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.public_from IS DISTINCT FROM OLD.public_from AND OLD.public_from <= now() THEN
        RAISE EXCEPTION 'edition_is_sealed: it is public and stays so'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER edition_is_sealed BEFORE UPDATE OR DELETE ON scorecards_edition
    FOR EACH ROW EXECUTE FUNCTION edition_is_sealed();
"""

PUBLISHED_RULE = """
CREATE FUNCTION {table}_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed {join} JOIN scorecards_edition edition ON edition.id = {edition}
               WHERE edition.sealed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'published_rows_are_sealed: publish a correction instead'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
OF_RESULT = "JOIN scorecards_publishedresult result ON result.id = changed.result_id"
PUBLISHED_RULES = [
    ("scorecards_publishedresult", "", "changed.edition_id"),
    ("scorecards_publishedband", "", "changed.edition_id"),
    ("scorecards_publishedcount", "", "changed.edition_id"),
    ("scorecards_publishedpoints", OF_RESULT, "result.edition_id"),
]

IMPORT = """
CREATE FUNCTION import_run_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'import_run_is_kept: the record of an import cannot be changed'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER import_run_is_kept BEFORE UPDATE OR DELETE ON scorecards_importrun
    FOR EACH ROW EXECUTE FUNCTION import_run_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0001_initial")]

    operations = [
        migrations.RunSQL(sql)
        for sql in [
            FRAMEWORK,
            *(statement_rule(*rule) for rule in STATEMENT_RULES),
            SCORE,
            EDITION,
            *(published_rule(*rule) for rule in PUBLISHED_RULES),
            IMPORT,
        ]
    ]
