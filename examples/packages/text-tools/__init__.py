from .text_tools import excerpt, frequent_words, summarise, word_count

__all__ = ["excerpt", "frequent_words", "summarise", "word_count"]
