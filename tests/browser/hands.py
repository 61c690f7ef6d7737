"""What a person does on a page: goes there, fills fields, presses buttons; and seals a bid."""


def goto(page, where: object) -> None:
    """The English page, which has to fit its screen."""
    page.goto("/en" + str(where).removeprefix("/en"))
    fits(page)


def fits(page) -> None:
    told = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert told[0] <= told[1], f"{page.url} is wider than the screen: {told}"


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


def seal_bid(page, tender, price: str) -> None:
    """Write the bid, look it over, seal it in the browser; its receipt is there."""
    goto(page, f"/tenders/{tender.ref}/bid/")
    page.wait_for_selector("#files-field:visible")
    enter(page, price=price, days="20")
    page.click("#bid .actions button")
    page.click("[data-do=seal]")
    page.wait_for_url("**/bids/**")
    assert page.locator(".receipt-code").count() == 1
