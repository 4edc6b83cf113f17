"""What are the months called, from Morocco to Iraq, of the Hijra, and in Latin letters?

Spelled as `dates.folded` leaves a text: without hamza on alef, with ه for ة. Of each name every
spelling that is met.
"""

from __future__ import annotations

# By month: the Levant and Iraq | Egypt and the Gulf | Algeria and Tunisia | Morocco, Mauritania |
# Libya until 2011.
_GREGORIAN = """
كانون الثاني,كانون ثاني,كانون 2|يناير,ينائر|جانفي|يناير|اي النار,النار
شباط|فبراير|فيفري,فيفرى|فبراير|النوار
اذار|مارس|مارس|مارس|الربيع
نيسان|ابريل|افريل|ابريل|الطير
ايار,مايس|مايو|ماي|ماي|الماء
حزيران|يونيو,يونيه,يونية|جوان|يونيو|الصيف
تموز|يوليو,يوليه,يولية|جويليه,جويلية,جويليا|يوليوز|ناصر
اب|اغسطس|اوت|غشت,اغشت|هانيبال
ايلول|سبتمبر|سبتمبر|شتنبر,شتمبر|الفاتح
تشرين الاول,تشرين اول,تشرين 1|اكتوبر|اكتوبر|اكتوبر|التمور
تشرين الثاني,تشرين ثاني,تشرين 2|نوفمبر|نوفمبر|نونبر,نوفنبر|الحرث
كانون الاول,كانون اول,كانون 1|ديسمبر|ديسمبر|دجنبر,دجمبر|الكانون
"""

_LATIN = """
january,jan,janvier,janv
february,feb,février,fevrier,févr
march,mar,mars
april,apr,avril,avr
may,mai
june,jun,juin
july,jul,juillet,juil
august,aug,août,aout
september,sep,sept,septembre
october,oct,octobre
november,nov,novembre
december,dec,décembre,decembre,déc
"""

_HIJRI = """
محرم,المحرم,محرم الحرام,muharram
صفر,صفر الخير,safar
ربيع الاول,ربيع اول,rabi al-awwal,rabi i
ربيع الاخر,ربيع الثاني,ربيع ثاني,ربيع اخر,rabi al-thani,rabi ii
جمادي الاولي,جمادي الاول,جمادي اولي,جماد الاول,جمادي اول,jumada al-ula,jumada i
جمادي الاخره,جمادي الثانيه,جمادي الاخر,جمادي الثاني,جماد الاخر,جماد الثاني,jumada al-thani,jumada ii
رجب,رجب المرجب,rajab
شعبان,شعبان المعظم,shaban,sha'ban
رمضان,رمضان المبارك,ramadan,ramadhan
شوال,شوال المكرم,shawwal
ذو القعده,ذي القعده,ذوالقعده,ذيالقعده,ذي قعده,dhu al-qadah
ذو الحجه,ذي الحجه,ذوالحجه,ذيالحجه,ذي حجه,dhu al-hijjah
"""


def _numbered(table: str) -> dict[str, int]:
    """The number of the month, from 1, by each of its names."""
    return {
        name.strip(): month
        for month, line in enumerate(table.strip().splitlines(), 1)
        for name in line.replace("|", ",").split(",")
    }


GREGORIAN = _numbered(_GREGORIAN) | _numbered(_LATIN)
HIJRI = _numbered(_HIJRI)


def pattern(names: dict[str, int]) -> str:
    """What matches any of the names, the longest first; blanks in them may be any."""
    longest = sorted(names, key=len, reverse=True)
    return "|".join(name.replace(" ", r"\s+") for name in longest)
