"""The test suite; its folders mirror the project's."""
