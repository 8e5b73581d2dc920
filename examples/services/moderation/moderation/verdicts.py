"""From the rules' findings to one decision."""

from collections.abc import Iterable, Sequence

from moderation.models import Action, Context, Finding, Verdict
from moderation.rules import Rule, Text

_STRICTNESS = {action: place for place, action in enumerate(Action)}
_MASK = "*"


def judge(rules: Sequence[Rule], text: str, context: Context = "chat") -> Verdict:
    """Apply every rule; the strictest one decides."""
    seen = Text.of(text)
    findings = [
        Finding(rule=rule.name, action=rule.action, start=start, end=end)
        for rule in rules
        for start, end in rule.find(seen)
    ]
    findings.sort(key=lambda finding: (finding.start, finding.end, finding.rule))
    action = _strictest(finding.action for finding in findings)
    # Stars in a name would be a name that nobody chose.
    if context == "handle" and action is Action.MASK:
        action = Action.REJECT
    if action is Action.REJECT:
        return Verdict(action=action, text=None, findings=findings)
    return Verdict(action=action, text=_masked(text, findings), findings=findings)


def _strictest(actions: Iterable[Action]) -> Action:
    return max(actions, key=_STRICTNESS.__getitem__, default=Action.ALLOW)


def _masked(text: str, findings: Iterable[Finding]) -> str:
    characters = list(text)
    for finding in findings:
        for position in range(finding.start, finding.end):
            if not characters[position].isspace():
                characters[position] = _MASK
    return "".join(characters)
