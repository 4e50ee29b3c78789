"""What is here that no test collects: it runs in another environment, with torch."""

collect_ignore = ["tiny_models.py"]
