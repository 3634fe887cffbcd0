"""The first page, and how people get about: home, navigation, the worker's health. It owns no rows and changes nothing."""
