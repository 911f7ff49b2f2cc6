"""Link finders: joins over a view of the inventory."""
