"""The migrations, the declared schema and the dashboard's types give the same database."""

from __future__ import annotations

from tests.support.database import Connection, column
from tools import schema


def test_migrations_declared_schema_and_types_describe_the_same_database() -> None:
    with schema.scratch() as both:
        assert schema.difference(both) == ""
        assert schema.database_types(both.declared) == schema.TYPES.read_text()


def test_migrations_leave_nothing_invalid(db: Connection) -> None:
    assert column(db, "select indexrelid::regclass::text from pg_index where not indisvalid") == []
    assert column(db, "select conname from pg_constraint where not convalidated") == []


def test_a_drafted_migration_grants_columns_after_it_closed_their_table() -> None:
    drafted = "\n\n".join(
        (
            'GRANT UPDATE ("name") ON TABLE "public"."teams" TO "authenticated";',
            'REVOKE ALL ON TABLE "public"."teams" FROM "authenticated";',
            'GRANT SELECT ON TABLE "public"."teams" TO "authenticated";',
        )
    )
    lines = schema.column_grants_last(drafted).split("\n")
    assert [line.split(" ")[0:2] for line in lines if line] == [
        ["REVOKE", "ALL"],
        ["GRANT", "SELECT"],
        ["GRANT", "UPDATE"],
    ]
