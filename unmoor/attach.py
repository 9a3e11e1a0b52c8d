"""Findings get their fixes: the engine asks the codemod that the rule names, with what the topology knows."""

from unmoor.codemods import fix as make_fix
from unmoor.codemods.request import Request
from unmoor.generate.services import ServiceAddress, of
from unmoor.model.findings import Finding, Fix, Refusal, Severity
from unmoor.project import Project
from unmoor.rules import Rule


def attach(findings: list[Finding], rules: dict[str, Rule], project: Project, sources: dict[str, bytes]) -> None:
    """Set `fixes`, or `refusal` with the reason, on every finding whose rule has a fix and that is not suppressed."""
    services: tuple[ServiceAddress, ...] | None = None
    for finding in findings:
        table = dict(rules[finding.rule].fix) if finding.rule in rules else dict(finding.attrs.get("fix", {}))
        if not table or finding.suppressed is not None or finding.path not in sources:
            continue
        name = str(table.pop("codemod"))
        applicability, lowered = table.pop("applicability", "unsafe"), table.pop("lowered", "unsafe")
        if finding.rule in rules and finding.severity < Severity[rules[finding.rule].severity]:
            applicability = lowered  # the rule itself is less sure here, and so is its fix
        if services is None:
            services = of(project)
        request = Request(
            finding, sources[finding.path], project.settings, project.read, project.tree.has, applicability, table,
            services, project.history.renamed, project.tree.beside,
        )  # fmt: skip
        result = make_fix(name, request)
        if isinstance(result, Refusal):
            finding.refusal = result.reason
        elif isinstance(result, Fix):
            finding.fixes.append(result)
        else:
            finding.fixes.extend(result)
