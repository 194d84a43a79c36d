"""What happened in an attempt, told to those who have to judge it: events of the page and the candidate's words."""
