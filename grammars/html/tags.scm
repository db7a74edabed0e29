(element . (start_tag (tag_name) @_tag) . (text) @name
  (#match? @_tag "^([hH][1-6]|title)$")) @definition.heading

(element (start_tag
  (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_id "id")) @definition.key
(element (start_tag (attribute (attribute_name) @_id (attribute_value) @name))
  (#eq? @_id "id")) @definition.key
(element (self_closing_tag
  (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))
  (#eq? @_id "id")) @definition.key
