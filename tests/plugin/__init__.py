"""Tests of how LMS, Studio and a plain project load the plugin, and of its package."""
