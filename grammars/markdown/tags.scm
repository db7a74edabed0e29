(section . (atx_heading heading_content: (inline) @name)) @definition.heading
; The parser opens no section for an underlined heading.
(setext_heading heading_content: (paragraph (inline) @name)) @definition.heading
(link_reference_definition (link_label) @name (link_destination) @value) @definition.key
