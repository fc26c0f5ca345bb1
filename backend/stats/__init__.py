"""What containers use, read off the kernel's counters."""
