"""What the exam day keeps of somebody beyond the exam itself, over its time."""
