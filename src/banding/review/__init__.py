"""What a scored caseload shows as a whole: coverage, need and cost, lists for a panel, groups at equal need, prices."""
