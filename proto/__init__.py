"""The API of contui: protocol buffers and the code generated from them."""
