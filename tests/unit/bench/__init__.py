"""Tests of the bench's own logic: what is drawn, judged, written and left behind."""
