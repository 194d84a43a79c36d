"""What a rehearsal leaves behind for somebody to look at."""

import json
from pathlib import Path

from zhiheng.assembly.documents import paper_pdf, proof_pdf
from zhiheng.assembly.models import Paper, PaperStatus
from zhiheng.certificates.documents import certificate_pdf
from zhiheng.certificates.models import Certificate
from zhiheng.cli.rehearsal.company import Company
from zhiheng.results.documents import score_report_pdf
from zhiheng.seating.documents import ticket_pdf


def leave(company: Company, issued: list[Certificate], folder: Path) -> list[str]:
    """The five artefacts; returns their file names."""
    company.show.step(f"写出样件到 {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, bytes] = {}
    first = company.tickets()[company.players[0].serial]
    files["admission-ticket.pdf"] = ticket_pdf(first)
    paper = Paper.objects.filter(offering=company.used[-1], status=PaperStatus.SEALED).order_by("label")[0]
    files["paper.pdf"] = paper_pdf(paper)
    files["paper-proof.pdf"] = proof_pdf(paper)
    files["paper-proof.json"] = _json(
        {"form": paper.form_id, "proof": paper.proof, "deviation": paper.deviation}
    )
    if issued:
        certificate = issued[0]
        files["score-report.pdf"] = score_report_pdf(certificate.result)
        files["certificate.pdf"] = certificate_pdf(certificate)
        files["credential.json"] = _json(certificate.credential)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sorted(files)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
