"""Is an index sound, and how is it made so again?"""
