; Only one class is a name; of several the parser makes one text.
(attribute (attribute_name) @_class (quoted_attribute_value (attribute_value) @reference)
  (#eq? @_class "class") (#match? @reference "^[A-Za-z_-][A-Za-z0-9_-]*$"))
(attribute (attribute_name) @_for (quoted_attribute_value (attribute_value) @reference)
  (#any-of? @_for "for" "aria-labelledby" "aria-describedby" "aria-controls"))
(attribute (attribute_name) @_href (quoted_attribute_value (attribute_value) @reference)
  (#eq? @_href "href") (#match? @reference "^#."))
