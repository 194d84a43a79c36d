"""Pictures taken at the door of the exam room, over their time."""
