"""The pane: a terminal emulator without I/O, the encoding of keys, and the widget.

``emulator`` turns a program's bytes into cells, ``keys`` and ``mouse`` turn what a person
does into the bytes the program asked for, ``widget`` shows the one and collects the other.
"""
