"""The service's HTTP interface."""

from collections.abc import Mapping

from fastapi import FastAPI

from moderation.models import Batch, RuleSummary, TextToCheck, Verdict, Verdicts
from moderation.settings import read_rules
from moderation.verdicts import judge

NAME = "moderation"


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Return the application for the setting EXTRA_TERMS."""
    rules = read_rules(env)
    app = FastAPI(title=NAME)

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok", "service": NAME}

    @app.get("/ready")
    async def ready() -> dict[str, object]:
        """Say how many rules are applied; there is nothing else to wait for."""
        return {"status": "ready", "rules": len(rules)}

    # Not async: many long texts must not keep /health from being answered.
    @app.post("/check")
    def check(body: TextToCheck) -> Verdict:
        """Judge a text."""
        return judge(rules, body.text, body.context)

    @app.post("/check/batch")
    def check_batch(body: Batch) -> Verdicts:
        """Judge several texts."""
        verdicts = [judge(rules, each.text, each.context) for each in body.texts]
        return Verdicts(verdicts=verdicts)

    @app.get("/rules")
    async def list_rules() -> list[RuleSummary]:
        """List what is looked for."""
        return [
            RuleSummary(
                name=rule.name, action=rule.action, description=rule.description
            )
            for rule in rules
        ]

    return app
