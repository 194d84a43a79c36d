"""The worker's part: one attempt per run, the next one after a growing pause."""

from django_tasks import task

from zhiheng.plumbing import clock
from zhiheng.plumbing.messages.posting import carry_out
from zhiheng.plumbing.models import OutgoingMessage


@task()
def deliver(message_id: str) -> None:
    pause = carry_out(message_id)
    if pause is not None:
        # The queue counts by the machine's clock, which a demonstration does not move.
        deliver.using(run_after=clock.now() - clock.offset() + pause).enqueue(message_id=message_id)


def dispatch(message: OutgoingMessage) -> None:
    deliver.enqueue(message_id=str(message.id))
