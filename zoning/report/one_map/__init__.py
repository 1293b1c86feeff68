"""The one map on paper: tables that add up, folders, the county drawn as divided."""
