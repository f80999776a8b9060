"""Shares and sizes that a synthetic caseload is drawn from, each with where it is from.

DfE 2025: Children looked after in England, year to 31 March 2025 (Department for Education, Open Government Licence).
Mix 2024: placements of 150 councils on 1 September 2024, as percentages of their children.
Fitted: chosen so that 100,000 children, scored by the England reference pack, come near published totals (see
tests/synthetic/test_plausible.py). Own judgement: no published figure was used; an order of size and no more.
"""

from __future__ import annotations

import numpy as np

# -- people -----------------------------------------------------------------------------------------------------------

CHILDREN_A_COUNCIL = 540  # DfE 2025: 81,770 children, about 153 councils
# DfE 2025, children by age: under 1, 1-4, 5-9, 10-15, 16-17. Inside a group by year: own judgement.
_AGE_GROUPS = (
    (3_630, (1,)),
    (10_030, (1, 1, 1, 1)),
    (15_110, (18, 19, 20, 21, 22)),
    (30_930, (13, 14, 16, 17, 19, 21)),
    (22_060, (46, 54)),
)
AGES = tuple(children / 81_760 * part / sum(parts) for children, parts in _AGE_GROUPS for part in parts)
# Children by how many of a household are in care, 1 to 4: own judgement.
HOUSEHOLDS = (0.50, 0.25, 0.16, 0.09)
# Of brothers and sisters who are neighbours by age, the share born on one day; for the rest the days between births at
# every fifth of them, 280 at least. Own judgement: half are born within two years and a quarter of each other.
TWINS = 0.03
SIBLING_GAPS = (280, 500, 720, 980, 1_330, 1_900)
# Ages of one child of each household of siblings, taken at random and kept to where the others find room from birth to
# 18. Fitted, so that the ages of all siblings come to AGES.
ONE_OF_SIBLINGS = (
    0.048, 0.022, 0.012, 0.005, 0.003, 0.005, 0.009, 0.011, 0.011, 0.011, 0.015, 0.012, 0.009, 0.007, 0.013, 0.043,
    0.284, 0.479,
)  # fmt: skip
# DfE 2025: 6,540 unaccompanied of 81,770. By age 14 to 17: own judgement, near nine tenths 16 or over.
_UNACCOMPANIED = 6_540 / 81_770
UNACCOMPANIED_OF_SINGLE = np.zeros(19)
for _age, _part in ((14, 0.04), (15, 0.09), (16, 0.30), (17, 0.57)):
    UNACCOMPANIED_OF_SINGLE[_age] = _UNACCOMPANIED * _part / AGES[_age] / HOUSEHOLDS[0]
MALE, MALE_UNACCOMPANIED = 0.54, 0.95  # own judgement
# Median days in care and standard deviation of their log. Fitted to 72% in care for a year or more (DfE 2025: 58,530 of
# 81,770); a value beyond the child's age is drawn again inside it.
CARE_DAYS, CARE_DAYS_UNACCOMPANIED = (1_150, 1.15), (380, 0.95)
# Age of the profile in days: share, least, most. Own judgement: most in date by the reference pack, some not.
PROFILE_AGES = ((0.66, 0, 91), (0.26, 92, 186), (0.06, 187, 400), (0.02, 401, 760))

# -- settings ---------------------------------------------------------------------------------------------------------

AGE_BRACKETS = (1, 5, 8, 10, 13, 16)  # the ages at which a bracket begins, after the first

# Mix 2024, per cent: in-house foster, agency foster, kinship, children's homes 11.4 (own split 9.6 and 1.8), supported
# accommodation, with parents, other 3.3 (own split over adoption to lodgings), unregulated 1.0 (own split: unregistered
# 0.4, lodgings 0.5 on top of 0.3, supported under 16 0.1), secure. 0.1 lost by rounding stands with in-house foster.
SETTINGS = {
    "own_foster": 28.0,
    "agency_foster": 24.8,
    "kinship": 15.6,
    "childrens_home": 9.6,
    "small_home": 1.8,
    "supported_accommodation": 9.9,
    "supported_lodgings": 0.8,
    "with_parents": 6.0,
    "adoption": 2.0,
    "residential_school": 0.2,
    "parent_and_child": 0.5,
    "nhs": 0.1,
    "custody": 0.2,
    "unregistered": 0.4,
    "secure_home": 0.1,
}
SETTING_IDS = tuple(SETTINGS)
SETTING = {name: place for place, name in enumerate(SETTING_IDS)}

# How likely a setting is at an age (by bracket), beside others: own judgement, within the ages of the pack's settings
# but for a very few on purpose, so that legal checks have something to find.
BY_AGE = {
    "own_foster": (1, 1, 1, 1, 0.9, 0.8, 0.5),
    "agency_foster": (0.8, 0.9, 1, 1.1, 1.1, 1, 0.7),
    "kinship": (1.2, 1.2, 1.1, 1, 0.8, 0.6, 0.35),
    "childrens_home": (0, 0, 0.004, 0.35, 0.8, 1.2, 1.1),
    "small_home": (0, 0, 0.05, 0.4, 0.9, 1.2, 1.1),
    "supported_accommodation": (0, 0, 0, 0, 0, 0.01, 1),
    "supported_lodgings": (0, 0, 0, 0, 0, 0.002, 1),
    "with_parents": (1, 1.2, 1, 0.9, 0.8, 0.8, 0.7),
    "adoption": (1.5, 1.3, 0.25, 0.02, 0, 0, 0),
    "residential_school": (0, 0, 0.2, 0.6, 1, 1, 0.8),
    "parent_and_child": (1, 0.08, 0, 0, 0, 0.03, 0.25),
    "nhs": (0.3, 0.2, 0.1, 0.1, 0.2, 1, 1),
    "custody": (0, 0, 0, 0, 0.01, 0.4, 1.5),
    "unregistered": (0, 0, 0.02, 0.1, 0.4, 1.2, 1),
    "secure_home": (0, 0, 0, 0, 0, 1, 0.6),
}
# The same for an unaccompanied child.
BY_UNACCOMPANIED = {
    "own_foster": 0.6,
    "agency_foster": 0.9,
    "kinship": 0.05,
    "childrens_home": 0.15,
    "small_home": 0.03,
    "supported_accommodation": 4,
    "supported_lodgings": 2,
    "with_parents": 0,
    "adoption": 0,
    "residential_school": 0,
    "parent_and_child": 0,
    "nhs": 0.2,
    "custody": 0.1,
    "unregistered": 0.3,
    "secure_home": 0.05,
}
# The same by true band 1 to 6. Fitted: children's homes to residents of 5/8/22/32/24/9 per cent by rated band, and the
# foster settings to a mean expected price near 756; small homes to 3/4/10/25/33/25; the rest own judgement.
BY_BAND = {
    "own_foster": (1, 0.6, 0.33, 0.08, 0.02, 0.04),
    "agency_foster": (1, 1.05, 1.05, 0.65, 0.25, 0.25),
    "kinship": (1, 0.7, 0.4, 0.12, 0.03, 0.08),
    "childrens_home": (0.0967, 0.3, 1, 1.32, 2.12, 5.06),
    "small_home": (0.139, 0.367, 1, 2.37, 6.15, 31.2),
    "supported_accommodation": (1, 1.2, 1.1, 0.6, 0.25, 0.3),
    "supported_lodgings": (1, 0.8, 0.4, 0.1, 0.02, 0.05),
    "with_parents": (0.4, 1, 1.5, 1.7, 1.2, 3),
    "adoption": (0.8, 1.2, 1.3, 0.8, 0.2, 0.1),
    "residential_school": (0.1, 0.3, 1, 2, 2.5, 15),
    "parent_and_child": (0.7, 1, 1.2, 1, 0.5, 0.5),
    "nhs": (0.01, 0.1, 0.3, 1, 2, 30),
    "custody": (0.2, 0.5, 1, 2, 3, 20),
    "unregistered": (0.1, 0.2, 0.5, 1.5, 3, 30),
    "secure_home": (0.01, 0.02, 0.1, 0.6, 2, 30),
}
# What makes the settings come to their shares. Fitted to SETTINGS.
WEIGHT = {
    "own_foster": 1,
    "agency_foster": 0.491,
    "kinship": 0.577,
    "childrens_home": 0.314,
    "small_home": 0.0255,
    "supported_accommodation": 0.432,
    "supported_lodgings": 0.0657,
    "with_parents": 0.12,
    "adoption": 0.163,
    "residential_school": 0.00497,
    "parent_and_child": 0.0944,
    "nhs": 0.00381,
    "custody": 0.00624,
    "unregistered": 0.0106,
    "secure_home": 0.00667,
}

# -- providers --------------------------------------------------------------------------------------------------------

# Pools of providers outside the council: how many, and every how many-th is a voluntary one (0: none). Own judgement,
# with the kinds of provider coming near DfE 2025: own council 43%, private 40, voluntary 7, parents 6, other council 1,
# not reported 3.
POOLS = {
    "agency": (30, 6),
    "homes": (40, 12),
    "supported": (30, 7),
    "schools": (8, 3),
    "unregistered": (6, 0),
    "neighbour": (6, 0),
    "public": (4, 0),
}
FIRST_VOLUNTARY = 3  # the rank of the first voluntary provider
POOL_KIND = {"neighbour": "other_council", "public": "other_public"}
# Shares of a pool's providers fall as 1 / (rank + this), so that a few are large.
FLATTEN = 2
DEAR_PROVIDER = "homes-01"
# Which pool serves a setting; the share that the council itself provides; the share with no provider recorded.
SERVED = {
    "own_foster": ("neighbour", 0.97, 0),
    "agency_foster": ("agency", 0, 0),
    "kinship": ("neighbour", 0.93, 1),
    "childrens_home": ("homes", 0.10, 0),
    "small_home": ("homes", 0.05, 0),
    "supported_accommodation": ("supported", 0.05, 0),
    "supported_lodgings": ("supported", 0.50, 0),
    "with_parents": ("", 0, 1),
    "adoption": ("", 0, 1),
    "residential_school": ("schools", 0.10, 0),
    "parent_and_child": ("agency", 0.20, 0),
    "nhs": ("public", 0, 0),
    "custody": ("public", 0, 0),
    "unregistered": ("unregistered", 0, 0),
    "secure_home": ("neighbour", 0, 0),
}
CONTRACTS = {"framework": 0.55, "other_framework": 0.07, "spot": 0.28, "block": 0.10}  # own judgement
REGIONS = {  # children looked after by region: own judgement of the order of size, DfE 2025
    "north_east": 0.07,
    "north_west": 0.19,
    "yorkshire_and_the_humber": 0.11,
    "east_midlands": 0.08,
    "west_midlands": 0.13,
    "east_of_england": 0.08,
    "london": 0.12,
    "south_east": 0.13,
    "south_west": 0.09,
}

# -- the placement ----------------------------------------------------------------------------------------------------

TOGETHER = 0.65  # share of brothers and sisters who are meant to live together: own judgement
TOGETHER_IN = ("kinship", "own_foster", "agency_foster", "with_parents")
# Share outside the council's boundary, by setting; of these the share not in an adjoining area. Own judgement within
# DfE 2025: 44% outside the boundary, 22% over 20 miles from home.
OUTSIDE = {
    "own_foster": 0.26,
    "agency_foster": 0.58,
    "kinship": 0.40,
    "childrens_home": 0.62,
    "small_home": 0.75,
    "supported_accommodation": 0.48,
    "supported_lodgings": 0.40,
    "with_parents": 0.20,
    "adoption": 0.70,
    "residential_school": 0.75,
    "parent_and_child": 0.50,
    "nhs": 0.60,
    "custody": 1.0,
    "unregistered": 0.70,
    "secure_home": 0.95,
}
AT_A_DISTANCE = 0.50
LOCATIONS = ("in_area", "adjoining", "at_a_distance")
# Median miles from home and standard deviation of their log, by location. Fitted to 22% over 20 miles.
MILES = ((5.0, 0.75), (11.0, 0.60), (39.0, 0.80))
ANOTHER_REGION = 0.6  # of those at a distance: own judgement
# Median weeks in the placement and standard deviation of their log, and the share still in their first placement: own
# judgement. A value beyond the time in care is drawn again inside it.
PLACEMENT_WEEKS, FIRST_PLACEMENT = (95, 1.1), 0.25
DISTANCE_REASONS = {  # of those at a distance; what is left of 1 is blank. Own judgement
    "child_or_parent": 0.15,
    "safeguarding": 0.15,
    "none_available": 0.35,
    "none_exists": 0.10,
    "carer_moving": 0.04,
    "legal": 0.03,
    "not_applicable": 0.08,
}

# -- what else is known of a child: own judgement unless said ---------------------------------------------------------

# By true band 1 to 6.
LIBERTY_DEPRIVED = (0.0, 0.0, 0.002, 0.02, 0.10, 0.30)  # in homes and residential schools
LIBERTY_ORDERED = 0.93  # of those deprived of liberty; the rest is for the legal check to find
LIBERTY_WRONG = 0.003  # deprived of liberty in supported accommodation, by any band
EXTRA_STAFFING_HOMES = (0.03, 0.04, 0.08, 0.15, 0.35, 0.60)
EXTRA_STAFFING_FAMILY = (0.0, 0.0, 0.01, 0.05, 0.12, 0.20)
SOLO = {"small_home": 0.55, "unregistered": 0.80, "childrens_home": 0.015, "supported_accommodation": 0.05}
SOLO_WITHOUT_NEED = 0.3  # the same for those without a need that asks for it, as a part of the share
MATCHED_LONG_TERM = {"kinship": 0.55, "own_foster": 0.50, "agency_foster": 0.38, "adoption": 1.0}
MATCHED_AFTER_WEEKS = 40
MOVE_PLANNED = (0.07, 0.03)  # before and after those weeks
BEGAN_IN_EMERGENCY, RECENT_WEEKS = (0.12, 0.22), 26  # all, and placements more recent than that
STAYED_IN_ANY_MOVE = 0.65  # a move is the last of the year with this chance, so that most who moved did so once
MISSING_A_YEAR, MISSING_FROM_AGE = (0.01, 0.08, 1.6, 7.0), 9  # mean episodes by true rating of going_missing
PREFERRED_ELSEWHERE = {  # share whose social worker preferred another setting, and the settings preferred instead
    "childrens_home": (0.33, ("own_foster", "agency_foster")),
    "small_home": (0.30, ("childrens_home", "agency_foster")),
    "unregistered": (0.95, ("childrens_home", "small_home")),
    "supported_accommodation": (0.10, ("agency_foster", "supported_lodgings")),
    "agency_foster": (0.25, ("own_foster", "kinship")),
    "own_foster": (0.05, ("kinship", "with_parents")),
    "residential_school": (0.10, ("agency_foster", "own_foster")),
}
PREFERENCE_UNKNOWN = 0.05
VIEWS = {"wants_to_stay": 0.60, "mixed": 0.17, "wants_to_move": 0.10, "not_asked": 0.08}  # the rest is blank
VIEWS_FROM_AGE = 4
RATERS = {"social_worker": 0.74, "carer": 0.08, "clinician": 0.06, "reviewing_officer": 0.09, "other": 0.03}
DISABLED_FROM = 1.29  # body and learning needs together, about 0 with a deviation of 1.07: fitted to one child in ten
SUPPORT_OVERDUE = 0.20  # share of support reviews that were due in the last quarter and did not happen
SUPPORT_UNDATED = 0.10

# SDQ total difficulties, ages 4 to 16 in care for a year or more. Returned for 78%; fitted to a mean of 14.9, 42% at 17
# or more and 45% at 13 or less (DfE 2025).
SDQ_AGES, SDQ_RETURNED = (4, 16), 0.78
SDQ_MEAN, SDQ_SPREAD, SDQ_MOST = 15.0, 9.0, 40
SDQ_STRANDS = {"distress": 0.50, "conduct": 0.42, "learning": 0.10}

# -- cost -------------------------------------------------------------------------------------------------------------

# For a band without a price in a setting that has others: the nearest band's, times this for every band between.
BEYOND = 1.3
# GBP a week in settings that the pack does not price, whatever the band; None: no cost to the council is known.
UNPRICED: dict[str, int | None] = {
    "with_parents": 0,
    "adoption": 0,
    "parent_and_child": 2_400,
    "unregistered": 9_500,
    "secure_home": 7_800,
    "custody": 4_200,
    "nhs": None,
}
# Scopes of in-house and kinship costs: share of full unit cost, of payments to carers alone; the rest is blank.
IN_HOUSE_SCOPES = {"full_unit_cost": 0.62, "carer_payments": 0.28}
CARER_PAYMENTS = 0.55  # payments to carers as a share of full unit cost
COST_UNKNOWN, TOTAL_ONLY = 0.03, 0.06
# Share with additional support, by true band 1 to 6, in families and in homes; its share of the cost of care.
SUPPORTED_FAMILY = (0.05, 0.10, 0.18, 0.30, 0.45, 0.60)
SUPPORTED_HOMES = (0.10, 0.10, 0.14, 0.22, 0.35, 0.45)
SUPPORT_PART = (0.05, 0.30)
EDUCATION_AGES, EDUCATION_BOUGHT, EDUCATION_COST = (5, 16), {"residential_school": 1.0, "childrens_home": 0.25,
    "small_home": 0.45, "unregistered": 0.10, "secure_home": 1.0}, (400, 1_400)  # fmt: skip
OTHER_BOUGHT, OTHER_COST = 0.08, (20, 220)
HEALTH_PAYS, HEALTH_PART = (0.0, 0.0, 0.01, 0.06, 0.15, 0.30), (0.10, 0.45)
EDUCATION_PAYS = 0.60

# -- the earlier profile ----------------------------------------------------------------------------------------------

EARLIER = 0.50  # of those long enough in care; fitted to two fifths of all
EARLIER_DAYS = (150, 215)  # days before the profile
PRICE_RISE = 0.025  # in the half year between, where the placement is the same
OTHER_PLACEMENT_SPREAD = 0.30  # standard deviation of the log of cost then to now, where it is another
SUPPORT_SAME = 0.70  # share of those with support now, in the same placement, who had it then
SUPPORT_ENDED = 0.05  # share of those without support now who had some then
