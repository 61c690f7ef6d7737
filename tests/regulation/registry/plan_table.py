# ruff: noqa: E501
"""Every combination of what a need check knows, and what it answers. Read it as a table; test_plan.py holds it.

Rows: the ruling's verdict, and what the applicant says about its condition. Columns: what is known of the zone.
`if`: it depends on what was not said. `zone`: the zone's own assessment decided. `eased`: in a simpler form.
`beneath`: the ruling that would hold without the area assessment decides, by its own row in this column.
"""

TABLE = """
verdict        answer        | unsaid           | outside       | waived        | simplified              | filed
mandatory      no_condition  | mandatory        | mandatory     | area zone     | mandatory zone eased    | optional zone eased
mandatory      yes           | mandatory        | mandatory     | area zone     | mandatory zone eased    | optional zone eased
mandatory      no            | not_applicable   | not_applicable| not_applicable| not_applicable          | not_applicable
mandatory      unsure        | mandatory if     | mandatory if  | area zone     | mandatory if zone eased | optional if zone eased
optional       no_condition  | optional         | optional      | area zone     | optional zone eased     | optional zone eased
optional       yes           | optional         | optional      | area zone     | optional zone eased     | optional zone eased
optional       no            | not_applicable   | not_applicable| not_applicable| not_applicable          | not_applicable
optional       unsure        | optional if      | optional if   | area zone     | optional if zone eased  | optional if zone eased
commissioned   no_condition  | commissioned     | commissioned  | commissioned  | commissioned            | commissioned
commissioned   yes           | commissioned     | commissioned  | commissioned  | commissioned            | commissioned
commissioned   no            | not_applicable   | not_applicable| not_applicable| not_applicable          | not_applicable
commissioned   unsure        | commissioned if  | commissioned if | commissioned if | commissioned if     | commissioned if
area           no_condition  | area if          | beneath       | area zone     | area zone eased         | area zone eased
area           yes           | area if          | beneath       | area zone     | area zone eased         | area zone eased
area           no            | area if          | beneath       | area zone     | area zone eased         | area zone eased
area           unsure        | area if          | beneath       | area zone     | area zone eased         | area zone eased
abolished      no_condition  | abolished        | abolished     | abolished     | abolished               | abolished
abolished      yes           | abolished        | abolished     | abolished     | abolished               | abolished
abolished      no            | abolished        | abolished     | abolished     | abolished               | abolished
abolished      unsure        | abolished        | abolished     | abolished     | abolished               | abolished
lapsed         no_condition  | lapsed           | lapsed        | lapsed        | lapsed                  | lapsed
lapsed         yes           | lapsed           | lapsed        | lapsed        | lapsed                  | lapsed
lapsed         no            | lapsed           | lapsed        | lapsed        | lapsed                  | lapsed
lapsed         unsure        | lapsed           | lapsed        | lapsed        | lapsed                  | lapsed
none           no_condition  | none             | none          | area zone     | none                    | none
none           yes           | none             | none          | area zone     | none                    | none
none           no            | none             | none          | area zone     | none                    | none
none           unsure        | none             | none          | area zone     | none                    | none
"""
