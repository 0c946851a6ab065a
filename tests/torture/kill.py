"""SIGKILL at random instants, those of a start among them: to the server, and where there is one also to the database."""

from databases import made
from shop import Shop

WHAT = "kills"


def breaking(options, folder, chance):
    """Gives the shop and what breaks it once."""
    shop = Shop(folder, folder, made(options.database, folder), options.seed, options.tills)

    def once():
        # The database survives most deaths of the server, as it would on a machine of its own.
        database_too = chance.random() < 0.2 or shop.database in shop.starting
        parts = [shop.database, shop.server] if shop.database.url and database_too else [shop.server]
        for part in parts:
            part.kill()
        shop.rise(parts, chance)

    return shop, once
