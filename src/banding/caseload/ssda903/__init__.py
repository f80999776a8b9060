"""The statutory children-looked-after return (SSDA903): a folder of files, read as periods of care and placements."""
