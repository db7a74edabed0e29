; A simple selector is known by its bare name, which HTML uses; any other by its text.
(rule_set (selectors [
    (class_selector . (class_name (identifier) @name) .)
    (id_selector (id_name) @name)
    (tag_name) @name
  ]) (block) @body) @definition.selector
(rule_set (selectors [
    (class_selector (class_selector) (class_name))
    (class_selector (tag_name) (class_name))
    (pseudo_class_selector)
    (pseudo_element_selector)
    (descendant_selector)
    (child_selector)
    (sibling_selector)
    (adjacent_sibling_selector)
    (attribute_selector)
  ] @name) (block) @body) @definition.selector

(declaration . (property_name) @name (#match? @name "^--")) @definition.variable
(at_rule . (at_keyword) @_property . (keyword_query) @name (#eq? @_property "@property")) @definition.variable
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.key
