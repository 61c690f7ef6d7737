"""What a person does on a page: fills fields, presses buttons."""


def enter(page, **values: str) -> None:
    """Each field by its name, whatever it is: text, a list of choices, a row of buttons."""
    for name, value in values.items():
        field = page.locator(f"main [name={name}]")
        if field.first.get_attribute("type") == "radio":
            page.check(f"main [name={name}][value={value}]")
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            field.first.select_option(value)
        else:
            field.first.fill(value)


def press(page, name: str) -> None:
    """A button of the page's own, and its answer."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()
