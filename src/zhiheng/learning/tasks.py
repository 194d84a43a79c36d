"""What the study platform does when an application is approved."""

from django_tasks import task

from zhiheng.learning.actions import open_study_for


@task()
def open_study(application_id: str) -> None:
    open_study_for(by="learning", application_id=application_id)
