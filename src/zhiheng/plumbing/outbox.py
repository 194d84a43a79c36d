"""Telling later stages what happened: an event row and its background jobs, in the same transaction."""

from collections import defaultdict
from typing import Any

from django_tasks.base import Task

from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event

_subscribers: dict[str, list[Task[Any, Any]]] = defaultdict(list)


def subscribe(event: str, task: "Task[Any, Any]") -> None:
    """Wired in config.subscriptions only. The task takes the event's payload as keyword arguments."""
    if task not in _subscribers[event]:
        _subscribers[event].append(task)


def publish(event: str, **payload: Any) -> None:
    """Write the event and enqueue one job per subscriber; both vanish if the transaction rolls back."""
    Event.objects.create(at=clock.now(), name=event, payload=payload)
    for task in _subscribers[event]:
        task.enqueue(**payload)
