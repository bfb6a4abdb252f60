"""What is counted together by each side's rate limit, and how each tells that it is reached."""

import math
from collections.abc import Hashable
from datetime import timedelta
from email.utils import format_datetime

from connectors.sandbox.exchange import Answer, Exchange
from sync.core.record import Side


def counted(exchange: Exchange) -> Hashable:
    """What shares a bucket: one operation on Whop, everything of the key on Affihub."""
    if exchange.side is Side.WHOP:
        return (exchange.side, exchange.operation)
    return exchange.side


def too_many(exchange: Exchange, wait: float) -> Answer:
    """The 429 of each side: a message on Whop, ``Retry-After`` (a gap) on Affihub."""
    seconds = max(1, math.ceil(wait))
    gaps = exchange.world.gaps
    json = ("content-type", "application/json")
    if exchange.side is Side.WHOP:
        message = f'"rate_limit_exceeded","message":"Try again in {seconds} seconds."'
        more = [("retry-after", str(seconds))] if gaps.whop_retry_after_header else []
        return Answer(429, f'{{"error":{{"type":{message}}}}}'.encode(), [json, *more])
    at = format_datetime(exchange.world.clock() + timedelta(seconds=seconds), usegmt=True)
    told = {"seconds": str(seconds), "date": at}.get(gaps.affihub_retry_after)
    more = [("retry-after", told)] if told else []
    return Answer(429, b'{"error":"too many requests"}', [json, *more])
