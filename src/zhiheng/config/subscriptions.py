"""Who hears which event: the only place where an earlier stage reaches a later one."""

from zhiheng.assembly.tasks import assemble
from zhiheng.certificates.tasks import follow_result
from zhiheng.config import answers, correcting, exam_day, exposure, notices, personal_data, programmes
from zhiheng.delivery.accommodations import tasks as adjustments
from zhiheng.delivery.console.tasks import take_back
from zhiheng.delivery.preparing.tasks import prepare_pack, shelve_pack
from zhiheng.enrolment.batches.tasks import check_batch, end_batches, enter_batch
from zhiheng.enrolment.recognition.tasks import examine_document
from zhiheng.learning.tasks import open_study
from zhiheng.payments.fees.queries import registration_prices
from zhiheng.people.complaints import tasks as complaints
from zhiheng.people.corrections import tasks as corrections
from zhiheng.people.rights.tasks import end_copies, prepare_copy
from zhiheng.plumbing.outbox import subscribe
from zhiheng.sittings.prices import ask_prices_of


def connect() -> None:
    """Called once at start; each line names an event and the task that answers it."""
    subscribe("application-approved", open_study)
    subscribe("assembly-requested", assemble)
    subscribe("application-approved", notices.tell_approval)
    subscribe("application-returned", notices.tell_return)
    subscribe("application-reopened", notices.tell_reopening)
    subscribe("document-attached", examine_document)
    subscribe("order-paid", notices.tell_payment)
    subscribe("pack-asked", prepare_pack)
    subscribe("role-ended", take_back)
    subscribe("pack-published", shelve_pack)
    subscribe("pack-published", notices.tell_exam)
    subscribe("results-released", notices.tell_results)
    subscribe("result-amended", follow_result)
    subscribe("result-amended", notices.tell_amendment)
    subscribe("certificates-issued", notices.tell_certificates)
    subscribe("data-copy-asked", prepare_copy)
    subscribe("data-copy-made", end_copies)
    subscribe("batch-uploaded", check_batch)
    subscribe("batch-uploaded", end_batches)
    subscribe("batch-confirmed", enter_batch)
    subscribe("batch-entered", end_batches)
    subscribe("person-corrected", corrections.tell_corrected)
    subscribe("correction-refused", corrections.tell_refused)
    subscribe("adjustment-decided", adjustments.tell_decided)
    subscribe("adjustment-decided", adjustments.carry_to_hall)
    subscribe("complaint-received", complaints.tell_received)
    subscribe("complaint-message", complaints.tell_message)
    subscribe("complaint-answered", complaints.tell_answer)
    subscribe("complaint-question", complaints.tell_question)
    subscribe("certificate-reissued", notices.tell_reissue)
    answers.connect()
    correcting.connect()
    exam_day.connect()
    exposure.connect()
    personal_data.connect()
    ask_prices_of(registration_prices)
    programmes.connect()
