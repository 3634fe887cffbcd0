"""Trellis: a hosted-projects portal that holds groups up and never decides how they grow."""
